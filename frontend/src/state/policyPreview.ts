/** What another rule for asking again would cost and bring, by the project's own answers, in one sentence. Pure. */
import type { Project } from '../api/types'
import { count, percent, score } from './format'
import type { ProjectChange, SettingName } from './manageSettings'
import { say } from '../words/say'
import { t } from '../words/spoken.svelte'

export interface PolicyWorth {
  votes_per_item: number | null
  expected_right: number | null
  answers_left: number | null
  hours_left: number | null
  undefined_because: string | null
  undefined_said?: unknown
}

export interface PolicyPreview {
  now: PolicyWorth
  proposed: PolicyWorth
}

const PREVIEWED: readonly SettingName[] = ['overlap', 'max_votes', 'target_confidence']

/** The settings to look ahead with; null when the change has none that the service can play. */
export function previewed(project: Project, change: ProjectChange | null): Partial<Record<SettingName, unknown>> | null {
  const chosen = Object.entries(change?.settings ?? {}).filter(([name]) => PREVIEWED.some((one) => one === name))
  return project.kind === 'choice' && chosen.length ? Object.fromEntries(chosen) : null
}

/** "By the answers so far: …", or why that cannot be said. */
export function previewLine({ now, proposed }: PolicyPreview): string {
  const { votes_per_item, expected_right, answers_left, hours_left } = proposed
  if (votes_per_item === null || expected_right === null) return t.members.whatItWillCost(say(proposed.undefined_because ?? t.manage.noReasonGiven, proposed.undefined_said))
  const before = now.expected_right === null ? '' : t.members.insteadOf(percent(now.expected_right))
  const hours = hours_left === null ? '' : t.members.aboutHours(Math.round(hours_left))
  return t.members.byTheAnswersSo(score(votes_per_item, 1), count(answers_left ?? 0), hours, percent(expected_right), before)
}
