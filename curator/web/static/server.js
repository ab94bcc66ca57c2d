// Requests: forms that answer in JSON, and parts of the page.

const token = () => document.querySelector("meta[name=csrf-token]").content;

class RequestError extends Error {
  constructor(status, message, conflict) {
    super(message);
    this.status = status; // undefined where no answer came
    this.conflict = conflict;
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
  throw new RequestError(response.status, said.error ?? response.statusText, said.conflict);
}

export async function post(address, fields) {
  const response = await ask(address, {
    method: "POST", body: fields, headers: { Accept: "application/json", "X-CSRFToken": token() },
  });
  return response.json();
}

export async function part(address) {
  const response = await ask(address, { headers: { Accept: "text/html, application/json;q=0.1", "X-Part": "1" } });
  return response.text();
}
