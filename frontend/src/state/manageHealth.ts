/** The line of signs at the foot of the overview: what works, what is late, what is broken. Pure. */
import type { Health, ModelState, Progress, Queue } from '../api/types'
import { ago, count, duration } from './format'
import { freshness } from './manageQuestions'

export interface Sign {
  name: string
  text: string
  tone: 'good' | 'warn' | 'bad'
}

export interface Running {
  /** False while the service does not answer: what was known before is then not shown as if it were true. */
  isReached: boolean
  health: Health | null
  model: ModelState | null
  queue: Queue | null
  progress: Progress | null
}

const GOOD = new Set<string | boolean>([true, 'ok', 'up'])

const part = (name: string, state: string | boolean): Sign => {
  const works = GOOD.has(state)
  return { name, text: works ? 'answers' : typeof state === 'string' && state ? state : 'does not answer', tone: works ? 'good' : 'bad' }
}

const SLOW_CANARY_SECONDS = 60

function workers(health: Health): Sign {
  if (!health.workers_alive) return { name: 'Workers', text: 'none alive: training, imports and exports wait', tone: 'bad' }
  const silent = health.silent_workers
  if (silent) return { name: 'Workers', text: `${count(silent)} silent for more than 90 s`, tone: 'bad' }
  const age = health.canary_age_seconds
  const proved = age === null ? '' : `, proved ${duration(age)} ago`
  return { name: 'Workers', text: `alive${proved}`, tone: age !== null && age > SLOW_CANARY_SECONDS ? 'warn' : 'good' }
}

function modelSign(model: ModelState): Sign {
  if (model.training.error) return { name: 'Model', text: model.training.error, tone: 'bad' }
  const { text, isLate } = freshness(model)
  const name = model.version === null ? 'Model' : `Model ${model.version}`
  const training = model.training.running ? ', training now' : ''
  return { name, text: (model.version === null ? 'none yet' : text) + training, tone: isLate ? 'warn' : 'good' }
}

function queueSign(queue: Queue, now: number): Sign {
  if (queue.version === 0 || queue.published_at === null) return { name: 'Queue', text: 'shuffled order', tone: 'good' }
  return { name: 'Queue', text: `v${queue.version}, ${ago(queue.published_at, now)}`, tone: 'good' }
}

/** The signs in reading order; parts not heard of yet are left out. */
export function signs({ isReached, health, model, queue, progress }: Running, now: number): Sign[] {
  if (!isReached) return [{ name: 'Service', text: 'does not answer, so nothing is known about the rest', tone: 'bad' }]
  return [
    ...(health ? [workers(health), part('Broker', health.broker), part('Database', health.database)] : []),
    ...(model ? [modelSign(model)] : []),
    ...(queue ? [queueSign(queue, now)] : []),
    ...(progress ? [{ name: 'Leases', text: `${count(progress.open_assignments)} open`, tone: 'good' as const }] : []),
  ]
}
