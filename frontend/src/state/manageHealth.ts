/** The line of signs at the foot of the overview: what works, what is late, what is broken. Pure. */
import type { Health, ModelState, Progress, Queue } from '../api/types'
import { ago, count, duration } from './format'
import { freshness, servesEarlier } from './manageQuestions'
import { say } from '../words/say'
import { t } from '../words/spoken.svelte'

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
  return { name, text: works ? t.manage.answering : typeof state === 'string' && state ? state : t.manage.doesNotAnswer, tone: works ? 'good' : 'bad' }
}

const SLOW_CANARY_SECONDS = 60

function workers(health: Health): Sign {
  if (!health.workers_alive) return { name: t.manage.workers, text: t.manage.noneAliveTrainingImports, tone: 'bad' }
  const silent = health.silent_workers
  if (silent) return { name: t.manage.workers, text: t.manage.silentForMoreThan(count(silent)), tone: 'bad' }
  const age = health.canary_age_seconds
  const proved = age === null ? '' : t.manage.provedAgo(duration(age))
  return { name: t.manage.workers, text: t.manage.alive(proved), tone: age !== null && age > SLOW_CANARY_SECONDS ? 'warn' : 'good' }
}

function modelSign(model: ModelState): Sign {
  if (model.training.error) return { name: t.manage.model, text: say(model.training.error, model.training.said), tone: 'bad' }
  const { text, isLate } = freshness(model)
  const name = model.version === null ? t.manage.model : t.manage.modelNumber(model.version)
  const training = model.training.running ? t.manage.trainingNow : ''
  const earlier = model.serving && servesEarlier(model) ? `; ${t.models.servesPinned(model.serving.version)}` : ''
  return { name, text: (model.version === null ? t.manage.noneYet : text) + training + earlier, tone: isLate ? 'warn' : 'good' }
}

const vectorsSign = (model: ModelState): Sign[] =>
  model.representation.error ? [{ name: t.common.vectors, text: model.representation.error, tone: 'bad' }] : []

function queueSign(queue: Queue, now: number): Sign {
  if (queue.version === 0 || queue.published_at === null) return { name: t.manage.queue, text: t.manage.shuffledOrder, tone: 'good' }
  return { name: t.manage.queue, text: t.manage.queueOrdered(ago(queue.published_at, now)), tone: 'good' }
}

/** The signs in reading order; parts not heard of yet are left out. */
export function signs({ isReached, health, model, queue, progress }: Running, now: number): Sign[] {
  if (!isReached) return [{ name: t.manage.service, text: t.manage.doesNotAnswerSo, tone: 'bad' }]
  return [
    ...(health ? [workers(health), part(t.manage.broker, health.broker), part(t.manage.database, health.database)] : []),
    ...(model ? [modelSign(model), ...vectorsSign(model)] : []),
    ...(queue ? [queueSign(queue, now)] : []),
    ...(progress ? [{ name: t.manage.leases, text: t.manage.nOpen(progress.open_assignments), tone: 'good' as const }] : []),
  ]
}
