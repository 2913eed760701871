import type { Device } from '../../contract/api/devices.ts'
import type { Gateway } from '../../contract/api/gateways.ts'
import type { Ticket, TicketSummary } from '../../contract/api/tickets.ts'

export const ADMIN_PASSWORD = 'correct horse battery'

/** An answer that was no success, as the API words it. */
class ApiError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, body: { code?: string; message?: string }) {
    super(`${status} ${body.code}: ${body.message}`)
    this.status = status
    this.code = body.code ?? ''
  }
}

/** The API as a program of the user's would call it. */
export class ApiClient {
  readonly #url: () => string
  #token = ''

  /** `url`: where the server is now; it may be another after a restart. */
  constructor(url: () => string) {
    this.#url = url
  }

  async signIn(): Promise<void> {
    const { token } = await this.post<{ token: string }>('/session', {
      username: 'admin',
      password: ADMIN_PASSWORD,
    })
    this.#token = token
  }

  get<T>(path: string): Promise<T> {
    return this.#call('GET', path)
  }

  post<T = unknown>(path: string, body: unknown = {}): Promise<T> {
    return this.#call('POST', path, body)
  }

  patch<T = unknown>(path: string, body: unknown): Promise<T> {
    return this.#call('PATCH', path, body)
  }

  device = (id: string): Promise<Device> => this.get(`/devices/${id}`)
  gateway = (id: string): Promise<Gateway> => this.get(`/gateways/${id}`)
  ticket = (id: string): Promise<Ticket> => this.get(`/tickets/${id}`)

  async tickets(state?: 'open' | 'closed'): Promise<TicketSummary[]> {
    const { items } = await this.get<{ items: TicketSummary[] }>(
      `/tickets?limit=500${state === undefined ? '' : `&state=${state}`}`,
    )
    return items
  }

  /** How many devices are in each state. */
  async states(): Promise<Record<string, number>> {
    const { counts } = await this.get<{ counts: Record<string, number> }>('/overview')
    return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
  }

  async #call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.#url()}/api/v1${path}`, {
      method,
      headers: {
        ...(this.#token === '' ? {} : { authorization: `Bearer ${this.#token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const answer: unknown = response.status === 204 ? undefined : await response.json()
    if (!response.ok) throw new ApiError(response.status, answer as { code?: string; message?: string })
    return answer as T
  }
}
