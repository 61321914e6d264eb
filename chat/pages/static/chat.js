"use strict";

const by = id => document.getElementById(id);
const log = by("log"), choices = by("choices"), contact = by("contact"), ask = by("ask"), text = by("text");
const PERSON = "0";
const OVER = "Cuộc trò chuyện đã kết thúc. Viết câu hỏi để bắt đầu lại.";
const GONE = "Cuộc trò chuyện trước đã hết. Hãy gửi lại, tôi bắt đầu cuộc mới.";
let session = "", busy = false, asked = "";

function element(name, words, className = "") {
  const made = document.createElement(name);
  made.textContent = words;
  if (className) made.className = className;
  return made;
}

function day(iso) {
  const [year, month, date] = iso.split("-");
  return `${date}/${month}/${year}`;
}

function add(who, title, lines) {
  const article = document.createElement("article");
  article.className = who;
  article.append(element("h2", title));
  for (const line of lines) article.append(element("p", line));
  log.append(article);
  // It also moves the place from which the Tab key goes on: not before anybody has asked.
  if (log.children.length > 1) article.scrollIntoView({block: "nearest"});
  return article;
}

function printOnly(article) {
  article.classList.add("printed");
  document.body.classList.add("one");
  window.addEventListener("afterprint", () => {
    article.classList.remove("printed");
    document.body.classList.remove("one");
  }, {once: true});
  window.print();
}

function showSources(article, answer) {
  for (const source of answer.sources) {
    const words = `Nguồn: thủ tục mã ${source.code} trên Cổng Dịch vụ công quốc gia, tra ngày ${day(source.as_of)}.`;
    article.append(element("p", words, "sources"));
  }
  if (answer.behaviour !== "answer") return;
  article.querySelector("h2").after(element("p", `Hỏi: ${asked}`, "asked"));
  const button = element("button", "In câu trả lời", "plain");
  button.type = "button";
  button.addEventListener("click", () => printOnly(article));
  article.append(button);
}

function showChoices(offered) {
  choices.replaceChildren();
  for (const choice of offered) {
    if (choice.key === PERSON) continue;  // It has a button that is always there.
    const button = element("button", choice.text);
    button.type = "button";
    button.addEventListener("click", () => choose(choice.key, choice.text));
    choices.append(button);
  }
}

function show(answer) {
  const article = add("hotline", "Trợ lý tự động", answer.says);
  if (answer.sources) showSources(article, answer);
  showChoices(answer.choices);
  if (answer.handoff) contact.hidden = false;
  if (answer.ended) {
    session = "";
    contact.hidden = true;
  }
}

class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || "Tổng đài không trả lời được. Hãy thử lại sau ít phút.");
    this.status = status;
    this.field = problem.field || "";
  }
}

async function post(path, body) {
  let answer;
  try {
    answer = await fetch(`/api/chat/sessions${path}`, {
      method: "POST", credentials: "omit", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body),
    });
  } catch {
    throw new Refused(0, {detail: "Không nối được với tổng đài. Hãy kiểm tra mạng rồi gửi lại."});
  }
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, found);
  return found;
}

async function begin(quiet) {
  const begun = await post("", {});
  session = begun.session;
  if (!quiet) show(begun);
}

function wait(on, words) {
  busy = on;
  by("status").textContent = words;
  by("send").disabled = by("person").disabled = on;
}

async function doing(work) {
  if (busy) return false;
  by("problem").textContent = "";
  wait(true, "Đang tìm câu trả lời…");
  try {
    await work();
  } catch (error) {
    const gone = error.status === 404;
    if (gone) session = "";
    by("problem").textContent = gone ? GONE : error.message;
    wait(false, "");
    return false;
  }
  wait(false, session ? "" : OVER);
  return true;
}

async function send(message, shown) {
  if (!session) await begin(true);
  const answer = await post(`/${session}/messages`, message);
  asked = message.text ? shown : [asked, shown].filter(Boolean).join(" – ");
  add("caller", "Bác", [shown]);
  show(answer);
  return answer;
}

async function choose(key, words) {
  let answer;
  await doing(async () => { answer = await send({choice: key}, words); });
  const person = answer && answer.handoff && key === PERSON;
  (person ? by("phone") : text).focus();
}

async function write() {
  const written = text.value.trim();
  if (!written) {
    by("problem").textContent = "Chưa có câu hỏi.";
  } else if (await doing(() => send({text: written}, written))) {
    text.value = "";
  }
  text.focus();
}

function mark(field, words) {
  for (const name of ["phone", "name", "consent"]) {
    const wrong = name === field;
    by(name).setAttribute("aria-invalid", String(wrong));
    by(`${name}-problem`).textContent = wrong ? words : "";
  }
  if (field) by(field).focus();
}

async function leaveContact() {
  mark("", "");
  const given = {phone: by("phone").value, name: by("name").value, consent: by("consent").checked};
  await doing(async () => {
    try {
      const kept = await post(`/${session}/contact`, given);
      add("hotline", "Trợ lý tự động", [`Đã ghi số ${kept.phone}. Cán bộ sẽ gọi lại cho bác.`]);
      contact.hidden = true;
      contact.reset();
      text.focus();
    } catch (error) {
      if (!["phone", "name", "consent"].includes(error.field)) throw error;
      mark(error.field, error.message);
    }
  });
}

ask.addEventListener("submit", event => { event.preventDefault(); write(); });
contact.addEventListener("submit", event => { event.preventDefault(); leaveContact(); });
by("person").addEventListener("click", () => choose(PERSON, "Gặp cán bộ"));
text.addEventListener("keydown", event => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  write();
});
doing(() => begin(false));
