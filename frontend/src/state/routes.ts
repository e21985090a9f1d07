import type { Role } from '../api/types'

/** A place in the application; the address is its only memory. */
export type Route =
  | { view: 'login' | 'join' | 'projects' | 'create' | 'account' | 'missing' }
  | { view: 'overview' | 'label' | 'review' | 'models' | 'items' | 'people' | 'settings' | 'report' | 'guidelines'; project: number }
  | { view: 'item'; project: number; item: number }

const PLAIN: Record<string, 'login' | 'join' | 'projects' | 'create' | 'account'> = { '/': 'projects', '/login': 'login', '/join': 'join', '/projects/new': 'create', '/account': 'account' }
const OF_A_PROJECT = new Set(['label', 'review', 'models', 'items', 'people', 'settings', 'report', 'guidelines'] as const)
type Part = 'label' | 'review' | 'models' | 'items' | 'people' | 'settings' | 'report' | 'guidelines'

function isPart(name: string): name is Part {
  return OF_A_PROJECT.has(name as Part)
}

/** The route of a path; a closing slash does not matter. */
export function matchRoute(path: string): Route {
  const trimmed = path.length > 1 ? path.replace(/\/+$/, '') : path
  const plain = PLAIN[trimmed]
  if (plain) return { view: plain }
  const [, of, item] = /^\/projects\/(\d+)\/items\/(\d+)$/.exec(trimmed) ?? []
  if (of && item) return { view: 'item', project: Number(of), item: Number(item) }
  const [, digits, part] = /^\/projects\/(\d+)(?:\/([a-z]+))?$/.exec(trimmed) ?? []
  if (!digits) return { view: 'missing' }
  if (!part) return { view: 'overview', project: Number(digits) }
  return isPart(part) ? { view: part, project: Number(digits) } : { view: 'missing' }
}

/** Pages for people who are not logged in yet. */
export const isEntrance = (route: Route): boolean => route.view === 'login' || route.view === 'join'

const BACK_TO = '#join='

/** The way to log in from an invitation and back to it. Its token stays behind the hash, which no server sees. */
export const logInToJoin = (token: string): string => `/login${BACK_TO}${token}`

/** Where to go after logging in: the invitation or the page asked for, never another site and never the login page again. */
export function afterLogin(search: string, hash = ''): string {
  if (hash.startsWith(BACK_TO)) return `/join#${hash.slice(BACK_TO.length)}`
  const wanted = new URLSearchParams(search).get('next') ?? '/'
  return /^\/(?![/\\])/.test(wanted) && matchRoute(wanted.split('?', 1)[0] ?? '').view !== 'login' ? wanted : '/'
}

/** Where a project opens for a role: annotators label, everybody else sees the overview. */
export function homeOf(project: number, role: Role): string {
  return role === 'annotator' ? `/projects/${project}/label` : `/projects/${project}`
}
