// A browser without a screen: cookies, redirects, meta refresh and plain forms over HTTP.
// It knows the pages only by what docs/contract.md promises: `data-page`, element ids, field names.

import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { parse } from 'node-html-parser';

const MOST_HOPS = 15;

export class Browser {
  #jar = new Map(); // origin host → Map(name → value); ports share cookies as in a real browser, hosts do not

  /** `stopAt`: addresses that begin so are not fetched; they are what the browser would have opened next. */
  constructor({ stopAt = [] } = {}) {
    this.stopAt = stopAt;
  }

  async get(url) {
    return this.#follow(new URL(url), { method: 'GET' });
  }

  /** Sends the form with these values in place of its own; `button` names the submit button by its id. */
  async submit(page, formId, values = {}, button = null) {
    const form = page.document.querySelector(`form#${formId}`);
    if (!form) throw new Error(`page ${page.name} at ${page.url} has no form#${formId}`);
    const body = new URLSearchParams();
    for (const field of form.querySelectorAll('input[name], select[name], textarea[name]')) {
      const unticked = field.getAttribute('type') === 'checkbox' && !field.hasAttribute('checked');
      if (!unticked && !['submit', 'button'].includes(field.getAttribute('type'))) body.set(field.getAttribute('name'), field.getAttribute('value') ?? '');
    }
    const pressed = button && form.querySelector(`button#${button}`);
    if (button && !pressed) throw new Error(`form#${formId} has no button#${button}`);
    if (pressed?.getAttribute('name')) body.set(pressed.getAttribute('name'), pressed.getAttribute('value') ?? '');
    for (const [name, value] of Object.entries(values)) {
      if (!body.has(name)) throw new Error(`form#${formId} has no field ${name}`);
      body.set(name, value);
    }
    const target = new URL(form.getAttribute('action') || page.url, page.url);
    if ((form.getAttribute('method') ?? 'get').toLowerCase() !== 'post') {
      target.search = body.toString();
      return this.get(target);
    }
    return this.#follow(target, { method: 'POST', body, headers: { origin: new URL(page.url).origin } });
  }

  /** Goes on by redirects and by meta refresh, up to a page that waits for somebody. */
  async #follow(start, first) {
    let url = start;
    let order = first;
    for (let hop = 0; hop < MOST_HOPS; hop += 1) {
      if (order.method === 'GET' && this.stopAt.some((prefix) => url.href.startsWith(prefix))) {
        return { url: url.href, name: 'outside', status: 0, document: parse(''), headers: new Headers() };
      }
      const response = await this.#fetch(url, order);
      const location = response.headers.get('location');
      if (location && response.status >= 300 && response.status < 400) {
        const next = new URL(location, url);
        if (order.method === 'POST' && next.origin !== url.origin) {
          throw new Error(`a POST to ${url.pathname} was redirected to another origin, which browsers block under form-action`);
        }
        url = next;
        order = { method: 'GET' };
        continue;
      }
      const page = readPage(url, response);
      if (!page.refresh) return page;
      url = page.refresh;
      order = { method: 'GET' };
    }
    throw new Error(`more than ${MOST_HOPS} hops from ${start}`);
  }

  async #fetch(url, { method, body, headers = {} }) {
    const cookies = this.#cookies(url);
    const response = await request(url, method, body?.toString(), {
      accept: 'text/html', 'accept-language': 'vi', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', ...headers,
      ...(body ? { 'content-type': 'application/x-www-form-urlencoded' } : {}), ...(cookies ? { cookie: cookies } : {}),
    });
    for (const line of response.headers.getSetCookie()) this.#keep(url, line);
    return response;
  }

  #cookies(url) {
    return [...(this.#jar.get(url.hostname) ?? new Map())].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  #keep(url, line) {
    const [pair, ...attributes] = line.split(';').map((part) => part.trim());
    const at = pair.indexOf('=');
    const jar = this.#jar.get(url.hostname) ?? new Map();
    this.#jar.set(url.hostname, jar);
    const gone = attributes.some((attribute) => {
      const [key, value] = attribute.split('=');
      return (/^max-age$/i.test(key) && Number(value) <= 0) || (/^expires$/i.test(key) && Date.parse(value) < Date.now());
    });
    if (gone) jar.delete(pair.slice(0, at));
    else jar.set(pair.slice(0, at), pair.slice(at + 1));
  }
}

/** A navigation. `fetch` would call itself `sec-fetch-mode: cors`, and be answered like a script instead of a person. */
async function request(url, method, body, headers) {
  const sent = httpRequest(url, { method, headers, signal: AbortSignal.timeout(20_000) });
  sent.end(body);
  const [answer] = await once(sent, 'response');
  const received = new Headers();
  for (let at = 0; at < answer.rawHeaders.length; at += 2) received.append(answer.rawHeaders[at], answer.rawHeaders[at + 1]);
  return { status: answer.statusCode, headers: received, text: await readText(answer) };
}

function readPage(url, response) {
  const { text } = response;
  const document = parse(text);
  const refresh = document.querySelector('meta[http-equiv="refresh"]')?.getAttribute('content')?.match(/^\s*\d+\s*;\s*url=(.*)$/i)?.[1];
  return {
    url: url.href, status: response.status, headers: response.headers, text, document,
    name: document.querySelector('body')?.getAttribute('data-page') ?? 'unknown',
    refresh: refresh ? new URL(refresh, url) : null,
  };
}

/** Answers the sign-in page; afterwards the browser is back at the party, or the step that came instead is returned. */
export async function signIn(browser, page, { login, password }) {
  if (page.name !== 'sign-in') {
    const told = page.document.querySelector('#error-code')?.text ?? page.text?.slice(0, 300);
    throw new Error(`expected the sign-in page, got ${page.name} at ${page.url}: ${told}`);
  }
  return browser.submit(page, 'sign-in-form', { login, password }, 'sign-in-submit');
}
