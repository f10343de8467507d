/** The API, as the page uses it. */

const PATIENCE = 20_000;

/** A request that was not done. `status` is 0 where no answer came; `retryAfter` is in milliseconds, or null. */
export class ApiError extends Error {
  constructor(status, detail, retryAfter = null) {
    super(detail);
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /** Whether the same request may be done later. */
  get isTemporary() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export class Api {
  /** `base` is the path of the API; `token` proves who asks, once somebody has signed in. */
  constructor(base, token = null) {
    this.base = base;
    this.token = token;
  }

  /** The answer's JSON; an ApiError for every answer that is not a success, and for none. */
  async call(method, path, body, headers = {}) {
    const request = { method, headers: { ...headers }, cache: "no-store", signal: AbortSignal.timeout(PATIENCE) };
    if (this.token) request.headers.authorization = `Bearer ${this.token}`;
    if (body !== undefined) {
      request.headers["content-type"] = "application/json";
      request.body = JSON.stringify(body);
    }
    const answer = await fetch(this.base + path, request).catch(() => {
      throw new ApiError(0, "no answer");
    });
    const parsed = await answer.json().catch(() => null);
    if (answer.ok && parsed !== null) return parsed;
    // It is not ours, but perhaps the sign-in page of a public network.
    if (answer.ok) throw new ApiError(0, "not an answer of the API");
    const seconds = Number(answer.headers.get("retry-after"));
    throw new ApiError(answer.status, parsed?.detail ?? "", seconds > 0 ? 1000 * seconds : null);
  }
}
