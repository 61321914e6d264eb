'use strict';
// What is going on, as server-sent events tell it. Everything that was said is set as text, never as markup.
const csrf = document.querySelector('meta[name=csrf]').content;
const main = document.getElementById('calls');
const empty = document.getElementById('empty');
const state = document.getElementById('state');
const count = document.getElementById('count');
const calls = new Map();
let ahead = 0; // by how many ms the server's clock is ahead of ours

const REASONS = {
  caller_asked: 'người gọi muốn gặp cán bộ', not_understood: 'máy không nghe ra', low_acceptance: 'máy không chắc đã hiểu đúng',
  no_source: 'chưa có nội dung được phép nói', no_input: 'người gọi im lặng', emergency: 'việc khẩn cấp',
  complaint: 'phản ánh, khiếu nại, tố cáo', busy: 'tổng đài quá tải', fault: 'lỗi của tổng đài', supervisor: 'người giám sát chuyển',
};
const INTENTS = {
  ask: 'hỏi', yes: 'đồng ý', no: 'không', agent: 'gặp người', out_of_scope: 'ngoài phạm vi', nothing: 'không rõ ý',
  emergency: 'khẩn cấp', complaint: 'phản ánh', repeat: 'nghe lại', slower: 'nói chậm', louder: 'nói to', continue: 'nghe tiếp', help: 'hỏi cách dùng',
  goodbye: 'chào', thanks: 'cảm ơn', greet: 'chào', where_now: 'hỏi phường, xã cũ',
};

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

function card(id, since) {
  if (calls.has(id)) return calls.get(id);
  const box = make('section', 'call'), top = make('div', 'top'), list = make('ol'), bottom = make('div', 'bottom');
  box.dataset.call = id;
  const time = make('span', 'time'), status = make('span', 'status');
  top.append(make('h2', '', 'Cuộc gọi ' + id.slice(-6)), time, status);
  const phone = make('select'); phone.setAttribute('aria-label', 'Chuyển tới máy nào');
  phone.append(document.getElementById('phones').content.cloneNode(true));
  const button = make('button', 'main', 'Chuyển cho người'), answer = make('p', 'answer');
  answer.setAttribute('role', 'status');
  bottom.append(phone, button, answer); box.append(top, list, bottom); main.prepend(box);
  const call = {id, box, list, time, status, phone, button, answer, since: Date.parse(since), partial: null, ended: null};
  button.addEventListener('click', () => takeOver(call));
  calls.set(id, call); recount();
  return call;
}

function recount() {
  count.textContent = [...calls.values()].filter(call => !call.ended).length;
  empty.hidden = calls.size > 0;
}

function line(call, kind, text, small) {
  const atEnd = call.list.scrollHeight - call.list.scrollTop - call.list.clientHeight < 60;
  const item = make('li', kind, text);
  if (small) item.append(small);
  call.list.append(item);
  while (call.list.children.length > 300) call.list.firstChild.remove();
  if (atEnd) call.list.scrollTop = call.list.scrollHeight;
  return item;
}

function measures(parts) {
  const small = make('small');
  parts.filter(part => part).forEach(([text, low], at) => {
    if (at) small.append(' · ');
    small.append(make('span', low ? 'low' : '', text));
  });
  return small;
}

const percent = value => Math.round(100 * value) + ' %';
const ms = value => Math.round(value) + ' ms';

function dropPartial(call) { call.partial?.remove(); call.partial = null; }

function end(call, text, utc) {
  dropPartial(call);
  if (call.ended) return;
  call.ended = Date.parse(utc); line(call, 'note', text);
  call.status.textContent = 'đã kết thúc'; call.box.classList.add('ended');
  main.append(call.box); recount();
}

const shown = {
  'call.started': call => { call.status.textContent = 'máy đang trả lời'; },
  'call.known': call => { call.status.textContent = 'đang gọi'; line(call, 'note', 'Chưa thấy lời trước đó'); },
  'call.refused': call => line(call, 'note strong', 'Quá tải: chuyển ngay cho người'),
  'turn.partial': (call, fields) => {
    if (!fields.text) return;
    call.partial ??= line(call, 'caller partial', '');
    call.partial.textContent = fields.text; call.status.textContent = 'người gọi đang nói';
    call.list.scrollTop = call.list.scrollHeight;
  },
  'turn.heard': (call, fields) => {
    dropPartial(call);
    if (!fields.text) return;
    const meaning = [INTENTS[fields.intent] ?? fields.intent, ...(fields.procedures ?? []).slice(0, 1)].join(' ');
    line(call, 'caller', fields.text, measures([
      ['nghe ' + percent(fields.confidence), fields.confidence < 0.6],
      ['hiểu ' + percent(fields.acceptance) + ' (' + meaning + ')', fields.acceptance < 0.6],
      ['chờ hết câu ' + ms(fields.endpoint_ms)],
      ['nhận dạng ' + ms(fields.recognition_ms)],
    ]));
  },
  'say.started': (call, fields) => {
    call.status.textContent = 'máy đang nói';
    line(call, 'hotline', fields.text, fields.answer_ms == null ? null : measures([['trả lời sau ' + ms(fields.answer_ms)]]));
  },
  'barge_in.interrupted': call => line(call, 'note', 'Người gọi ngắt lời'),
  'key.pressed': call => line(call, 'note', 'Người gọi bấm phím'),
  'silence': call => line(call, 'note', 'Người gọi im lặng'),
  'recognition.failed': call => line(call, 'note strong', 'Máy không nhận dạng được'),
  'fault': call => line(call, 'note strong', 'Lỗi chương trình'),
  'takeover.asked': (call, fields) => {
    call.button.disabled = true; dropPartial(call);
    line(call, 'note strong', fields.by + ' chuyển cuộc gọi cho ' + (fields.to ? 'máy ' + fields.to : 'hàng chờ cán bộ'));
  },
  'handoff.started': (call, fields) => {
    call.button.disabled = true; dropPartial(call); call.status.textContent = 'đang chuyển';
    line(call, 'note', 'Chuyển cho người: ' + (REASONS[fields.reason] ?? fields.reason));
  },
  'handoff.failed': call => { call.button.disabled = false; line(call, 'note strong', 'Không chuyển được, máy nói tiếp'); },
  'handoff.done': call => { call.status.textContent = 'đã chuyển cho người'; },
  'call.ended': (call, fields, utc) => end(call, 'Máy rời cuộc gọi', utc),
  'call.lost': (call, fields, utc) => end(call, 'Mất liên lạc với cuộc gọi', utc),
};

async function takeOver(call) {
  call.button.disabled = true; call.answer.className = 'answer'; call.answer.textContent = 'đang yêu cầu…';
  let text = 'Không gửi được yêu cầu. Hãy thử lại.', done = false;
  try {
    const answer = await fetch('/calls/' + encodeURIComponent(call.id) + '/take-over', {
      method: 'POST', headers: {'Content-Type': 'application/json', 'X-CSRF-Token': csrf},
      body: JSON.stringify({to: call.phone.value}),
    });
    if (answer.status === 401) { location.reload(); return; }
    const body = await answer.json();
    done = answer.status === 202; text = done ? 'Đang chuyển.' : (body.detail?.message ?? body.detail ?? text);
    if (!done && answer.status !== 409) call.button.disabled = false;
  } catch { call.button.disabled = false; }
  call.answer.textContent = text; call.answer.classList.toggle('bad', !done);
}

function tick() {
  for (const call of calls.values()) {
    const seconds = Math.max(0, Math.round(((call.ended ?? Date.now() + ahead) - call.since) / 1000));
    call.time.textContent = Math.floor(seconds / 60) + ':' + String(seconds % 60).padStart(2, '0');
  }
}
setInterval(tick, 1000);

function tell(text, bad) { state.textContent = text; state.classList.toggle('bad', bad); }

const source = new EventSource('/live');
source.addEventListener('begin', () => {
  for (const call of calls.values()) call.box.remove();
  calls.clear(); recount();
});
source.addEventListener('feeds', message => {
  const feeds = JSON.parse(message.data);
  ahead = Date.parse(feeds.utc) - Date.now();
  if (feeds.connected === feeds.of) tell('đang theo dõi', false);
  else tell('mất kết nối với bộ phận trả lời (' + feeds.connected + '/' + feeds.of + '), đang thử lại…', true);
});
source.addEventListener('forgotten', message => {
  const call = calls.get(JSON.parse(message.data).call_id);
  if (call) { call.box.remove(); calls.delete(call.id); recount(); }
});
source.addEventListener('refused', message => { source.close(); tell(JSON.parse(message.data).message, true); });
source.addEventListener('signed-out', () => { source.close(); location.assign('/sign-in'); });
source.onerror = () => {
  tell('mất kết nối với bảng theo dõi, đang thử lại…', true);
  // Refused rather than unreachable: the session is over.
  if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 1000);
};
source.onmessage = message => {
  const event = JSON.parse(message.data);
  const call = card(event.call_id, event.utc);
  shown[event.kind]?.(call, event.fields, event.utc);
  tick();
};
