/** What another rule for asking again would cost and bring, by the project's own answers, in one sentence. Pure. */
import type { PolicyPreview, Project } from '../api/types'
import { count, duration, percent, score } from './format'
import { LEVEL } from './manageFormat'
import type { ProjectChange, SettingName } from './manageSettings'
import { say } from '../words/say'
import { t } from '../words/spoken.svelte'

const PREVIEWED: readonly SettingName[] = ['overlap', 'overlap_share', 'max_votes', 'target_confidence', 'relabel_rate']

/** The settings to look ahead with; null when the change has none that the service can play. */
export function previewed(project: Project, change: ProjectChange | null): Partial<Record<SettingName, unknown>> | null {
  const chosen = Object.entries(change?.settings ?? {}).filter(([name]) => PREVIEWED.some((one) => one === name))
  return project.kind === 'choice' && chosen.length ? Object.fromEntries(chosen) : null
}

const range = (low: number | null, high: number | null, write: (value: number) => string): string =>
  low === null || high === null ? '' : t.members.betweenEnds(write(low), write(high))

/** "By the answers so far: …", every figure with its interval, or why that cannot be said. */
export function previewLine({ now, proposed }: PolicyPreview): string {
  const { votes_per_item, expected_right, answers_left, hours_left } = proposed
  if (votes_per_item === null || expected_right === null) return t.members.whatItWillCost(say(proposed.undefined_because ?? t.manage.noReasonGiven, proposed.undefined_said))
  const votes = score(votes_per_item, 1) + range(proposed.votes_per_item_low, proposed.votes_per_item_high, (value) => score(value, 1))
  const left = count(answers_left ?? 0) + range(proposed.answers_left_low, proposed.answers_left_high, count)
  const right = percent(expected_right) + range(proposed.low, proposed.high, percent)
  const before = now.expected_right === null ? '' : t.members.insteadOf(percent(now.expected_right) + range(now.low, now.high, percent))
  const time = hours_left === null ? '' : t.members.aboutTime(duration(3600 * hours_left))
  return t.members.byTheAnswersSo(votes, left, time, right, before, LEVEL)
}
