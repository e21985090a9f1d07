/** What the service says, in the language spoken: its English sentence comes with a code and what was put into it. */
import { count, score } from '../state/format'
import { wholePercent } from '../state/manageFormat'
import { t } from './spoken.svelte'

export interface Spoken {
  code: string
  with?: Readonly<Record<string, unknown>>
}

const isSpoken = (value: unknown): value is Spoken =>
  typeof value === 'object' && value !== null && typeof (value as { code?: unknown }).code === 'string'

/** Words of the service that stand inside its sentences, such as a role; also what a program said that it met. */
const inner = (of: string, value: string): string => {
  if (of === 'kind') return (t.kinds as Partial<Record<string, { title?: string }>>)[value]?.title ?? value
  const words: Partial<Record<string, Partial<Record<string, string>>>> = { role: t.roles.names, measure: t.manage.metrics }
  return words[of]?.[value] ?? t.inner[value] ?? t.inner[value.replace(/\d[\d,]*/g, '#')] ?? value
}

/** A sentence inside another one; `{n}`, `{share:%}` as whole percent, `{points:1}` with so many digits, `{role:role}` as a word of the page, `{n:of all}` as so many of others. */
function written(value: unknown, how: string, parts: Spoken['with'] = {}): string {
  if (how.startsWith('of ')) return t.manage.ofOthers(Number(value), Number(parts[how.slice(3)]))
  if (isSpoken(value)) return say('', value)
  if (typeof value !== 'number') return inner(how, String(value ?? ''))
  if (how === '%') return wholePercent(value)
  return /^\d$/.test(how) ? score(value, Number(how)) : count(value)
}

/** The sentence in the language spoken; as the service wrote it where the catalogue does not know its code. */
export function say(english: string, said: unknown): string {
  const text = isSpoken(said) ? t.service[said.code] : undefined
  if (text === undefined || !isSpoken(said)) return english
  return text.replace(/\{(\w+)(?::([^}]+))?\}/g, (_, name: string, how: string | undefined) => written(said.with?.[name], how ?? '', said.with))
}
