"""The live page's HTML: no build step, no outside addresses; all text from calls is set as text, never as markup."""

PAGE = """<!doctype html>
<html lang="vi">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tổng đài – cuộc gọi đang diễn ra</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { margin: 0 auto; max-width: 60rem; padding: 1rem; }
  header { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; flex-wrap: wrap; }
  h1 { font-size: 1.25rem; margin: 0; }
  #state { font-size: .9rem; opacity: .8; }
  .call { border: 1px solid #8886; border-radius: .5rem; margin: 1rem 0; padding: .5rem 1rem; }
  .call h2 { font-size: 1rem; margin: .25rem 0; display: flex; justify-content: space-between; }
  .ended { opacity: .6; }
  ol { list-style: none; margin: 0; padding: 0; }
  li { margin: .35rem 0; padding: .25rem .6rem; border-radius: .5rem; max-width: 80%; }
  .caller { background: #2a72; margin-left: auto; }
  .hotline { background: #27a2; }
  .note { font-size: .85rem; opacity: .75; max-width: 100%; }
  .partial { font-style: italic; opacity: .7; }
  small { opacity: .7; margin-left: .5rem; }
</style>
<header><h1>Cuộc gọi đang diễn ra</h1><span id="state" role="status">đang kết nối…</span></header>
<main id="calls" aria-live="polite"><p id="empty">Chưa có cuộc gọi nào.</p></main>
<script>
const calls = new Map(), state = document.getElementById('state'), main = document.getElementById('calls');
function card(id) {
  if (calls.has(id)) return calls.get(id);
  document.getElementById('empty')?.remove();
  const box = document.createElement('section'); box.className = 'call';
  const title = document.createElement('h2'), name = document.createElement('span');
  const when = document.createElement('small');
  name.textContent = 'Cuộc gọi ' + id.slice(-8); title.append(name, when);
  const list = document.createElement('ol'); box.append(title, list); main.prepend(box);
  const made = {box, list, when, partial: null}; calls.set(id, made);
  while (calls.size > 50) { const [old, gone] = calls.entries().next().value; gone.box.remove(); calls.delete(old); }
  return made;
}
function line(call, kind, text, extra) {
  const item = document.createElement('li'); item.className = kind; item.textContent = text;
  if (extra) { const small = document.createElement('small'); small.textContent = extra; item.append(small); }
  call.list.append(item); return item;
}
const shown = {
  'call.started': c => line(c, 'note', 'Cuộc gọi đến'),
  'turn.partial': (c, f) => { c.partial ??= line(c, 'caller partial', ''); c.partial.textContent = f.text; },
  'turn.heard': (c, f) => {
    c.partial?.remove(); c.partial = null;
    if (f.text) line(c, 'caller', f.text, Math.round(100 * f.confidence) + ' %');
  },
  'say.started': (c, f) => line(c, 'hotline', f.text, f.answer_ms ? Math.round(f.answer_ms) + ' ms' : ''),
  'barge_in.interrupted': c => line(c, 'note', 'Người gọi ngắt lời'),
  'key.pressed': c => line(c, 'note', 'Người gọi bấm phím'),
  'handoff.started': (c, f) => line(c, 'note', 'Chuyển cho cán bộ: ' + f.reason),
  'call.ended': c => { line(c, 'note', 'Kết thúc'); c.box.classList.add('ended'); },
};
const source = new EventSource('/live');
source.addEventListener('connected', () => state.textContent = 'đang theo dõi');
source.addEventListener('lost', () => state.textContent = 'mất kết nối với bộ phận trả lời, đang thử lại…');
source.onerror = () => state.textContent = 'mất kết nối, đang thử lại…';
source.onmessage = message => {
  const event = JSON.parse(message.data);
  if (!event.call_id) return;
  const call = card(event.call_id);
  call.when.textContent = new Date(event.utc).toLocaleTimeString('vi');
  shown[event.kind]?.(call, event.fields);
};
</script>
</html>
"""
