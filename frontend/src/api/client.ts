import type { Spoken } from '../words/say'
import { t } from '../words/spoken.svelte'
import { ApiError, NetworkError } from './errors'

export const BASE = '/api/v1/'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

interface Options {
  body?: unknown
  form?: FormData
  headers?: Record<string, string>
  signal?: AbortSignal
  /** Lets the request outlive the page (answers sent while it closes). */
  keepalive?: boolean
}

interface ErrorBody {
  error?: { code?: string; message?: string; fields?: Record<string, string | string[]>; said?: Record<string, Spoken> }
}

function cookie(name: string): string {
  const found = document.cookie.split('; ').find((pair) => pair.startsWith(`${name}=`))
  return found ? decodeURIComponent(found.slice(name.length + 1)) : ''
}

/** A random id for one intention; the same id sent again does the thing once. Works without a secure context. */
export function freshKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

async function failure(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as ErrorBody
  const fields = Object.entries(body.error?.fields ?? {}).map(([name, said]) => [name, [said].flat()] as const)
  const retryAfter = Number(response.headers.get('Retry-After') ?? Number.NaN)
  return new ApiError(
    response.status,
    body.error?.code ?? 'unknown',
    body.error?.message ?? t.errors.status(response.status),
    Object.fromEntries(fields),
    Number.isFinite(retryAfter) ? retryAfter : null,
    body.error?.said,
  )
}

function headersFor(method: Method, options: Options): Headers {
  const headers = new Headers({ Accept: 'application/json', ...options.headers })
  if (options.body !== undefined) headers.set('Content-Type', 'application/json')
  if (method !== 'GET') headers.set('X-CSRFToken', cookie('csrftoken'))
  return headers
}

async function send(method: Method, path: string, options: Options): Promise<Response> {
  const init: RequestInit = { method, headers: headersFor(method, options), credentials: 'same-origin' }
  if (options.body !== undefined) init.body = JSON.stringify(options.body)
  if (options.form) init.body = options.form
  if (options.signal) init.signal = options.signal
  if (options.keepalive) init.keepalive = true
  try {
    return await fetch(path.startsWith('/') || path.startsWith('http') ? path : BASE + path, init)
  } catch (cause) {
    throw new NetworkError('no answer', { cause })
  }
}

let tellSignedOut = (): void => undefined

/** Calls `act` whenever the service no longer knows who is here. */
export function whenSignedOut(act: () => void): void {
  tellSignedOut = act
}

let leaveForTheCode = (): void => location.assign(`/sign-in/second-factor/?next=${encodeURIComponent(location.pathname + location.search)}`)

/** Calls `act` instead of leaving the page whenever the session has still to prove its second factor. */
export function whenCodeIsWanted(act: (leave: () => void) => void): void {
  const leave = leaveForTheCode
  leaveForTheCode = () => act(leave)
}

const isAboutLoggingIn = (path: string): boolean => path.startsWith('auth/') || path === 'me/'

/** What a refusal amounts to; that the session is over is told to the whole page. */
async function refusal(path: string, response: Response): Promise<ApiError> {
  if (response.status === 401 && !isAboutLoggingIn(path)) tellSignedOut()
  const refused = await failure(response)
  if (refused.code === 'second_factor_required') leaveForTheCode()
  return refused
}

const tags = new WeakMap<object, string>()

/** Remembers which version of its resource an answer is. A proxy that compresses marks tags as weak; it is the same version. */
function remember(answer: unknown, response: Response): void {
  const tag = response.headers.get('ETag')?.replace(/^W\//, '')
  if (tag && typeof answer === 'object' && answer !== null) tags.set(answer, tag)
}

/** The header for an edit of what `seen`, an answer of the service, shows: it is refused with 412 when that is not current any more. */
function ifStill(seen: object | undefined): Options {
  const tag = seen && tags.get(seen)
  return tag ? { headers: { 'If-Match': tag } } : {}
}

/** The parsed answer; undefined for an empty one. Raises ApiError for 4xx and 5xx, NetworkError without an answer. */
async function request<T>(method: Method, path: string, options: Options = {}): Promise<T> {
  const response = await send(method, path, options)
  if (!response.ok) throw await refusal(path, response)
  const text = await response.text()
  const answer = (text ? JSON.parse(text) : undefined) as T
  remember(answer, response)
  return answer
}

/** A file of the service, as bytes. Raises as `get` does. */
export async function getFile(path: string): Promise<Blob> {
  const response = await send('GET', path, {})
  if (!response.ok) throw await refusal(path, response)
  return response.blob()
}

export const get = <T>(path: string, options?: Options) => request<T>('GET', path, options)
export const put = <T>(path: string, body: unknown, options?: Options) => request<T>('PUT', path, { ...options, body })
export const patch = <T>(path: string, body: unknown, seen?: object) => request<T>('PATCH', path, { body, ...ifStill(seen) })
export const remove = <T = undefined>(path: string, seen?: object) => request<T>('DELETE', path, ifStill(seen))

/** POST of a question or a command that makes nothing new, such as asking for assignments. */
export const post = <T>(path: string, body: unknown = {}, options?: Options) => request<T>('POST', path, { ...options, body })

/** POST that changes what `seen` shows. */
export const edit = <T>(path: string, body: unknown, seen: object) => request<T>('POST', path, { body, ...ifStill(seen) })

/** POST that creates: pass the same key when the same intention is sent again. */
export const create = <T>(path: string, body: unknown, key: string = freshKey()) =>
  request<T>('POST', path, { body, headers: { 'Idempotency-Key': key } })

/** POST of a file as multipart. */
export const upload = <T>(path: string, form: FormData, key: string = freshKey()) =>
  request<T>('POST', path, { form, headers: { 'Idempotency-Key': key } })

export interface Version<T> {
  /** Null when nothing changed since `etag`. */
  answer: T | null
  etag: string | null
}

/** A conditional GET: what is at `path`, unless it is still what `etag` stood for. */
export async function getIfChanged<T>(path: string, etag: string | null, signal?: AbortSignal): Promise<Version<T>> {
  const options: Options = etag ? { headers: { 'If-None-Match': etag } } : {}
  if (signal) options.signal = signal
  const response = await send('GET', path, options)
  if (response.status === 304) return { answer: null, etag }
  if (!response.ok) throw await refusal(path, response)
  const answer = (await response.json()) as T
  remember(answer, response)
  return { answer, etag: response.headers.get('ETag') }
}
