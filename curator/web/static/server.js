// Requests: forms that answer in JSON, and parts of the page.

const token = () => meta(document, "csrf-token").content;

class RequestError extends Error {
  constructor(status, message, said = {}) {
    super(message);
    this.status = status; // undefined where no answer came
    this.conflict = said.conflict;
    this.isSessionOver = status === 401 || Boolean(said.is_of_other_session);
    this.canPass = !status || status === 503 || this.isSessionOver; // the same can be sent again later
  }
}

async function ask(address, options) {
  let response;
  try {
    response = await fetch(address, { credentials: "same-origin", redirect: "error", ...options });
  } catch (error) {
    throw new RequestError(undefined, String(error));
  }
  if (response.ok) return response;
  const said = response.headers.get("content-type")?.includes("json") ? await response.json() : {};
  throw new RequestError(response.status, said.error ?? response.statusText, said);
}

async function postOnce(address, fields) {
  fields.set("csrf_token", token());
  const response = await ask(address, { method: "POST", body: fields, headers: { Accept: "application/json" } });
  return response.json();
}

// A form of a session that is over is sent again in the new one, if its user is the one of this page.
export async function post(address, fields) {
  try {
    return await postOnce(address, fields);
  } catch (error) {
    if (!error.isSessionOver) throw error;
    await renewToken();
    return postOnce(address, fields);
  }
}

const SMALL_PAGE = "/settings";
const meta = (page, name) => page.querySelector(`meta[name=${name}]`);

async function renewToken() {
  const page = new DOMParser().parseFromString(await part(SMALL_PAGE), "text/html");
  const [user, other] = [meta(document, "user"), meta(page, "user")];
  if (user.content !== other.content) throw new RequestError(403, user.dataset.changed);
  meta(document, "csrf-token").content = meta(page, "csrf-token").content;
}

export async function part(address) {
  const response = await ask(address, { headers: { Accept: "text/html, application/json;q=0.1", "X-Part": "1" } });
  return response.text();
}
