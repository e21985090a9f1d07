/** How right an export is expected to be, and what sending the doubtful ones out again will ask for. Pure. */
import type { ExpectedExport } from '../api/quality'
import type { Quality } from '../api/types'
import { percent } from './format'
import { LEVEL, percentRange } from './manageFormat'
import type { Figure } from './models'
import { say } from '../words/say'
import { t } from '../words/spoken.svelte'

/** The range of how many are expected right, or why there is none. */
export function rangeOrReason({ low, high, undefined_because, undefined_said }: Pick<Quality, 'low' | 'high' | 'undefined_because' | 'undefined_said'>): string {
  if (low !== null && high !== null) return percentRange(low, high)
  return undefined_because === null ? t.manage.rangeNotKnownYet : t.manage.rangeNotDefined(say(undefined_because, undefined_said))
}

export function exportFigure(found: ExpectedExport): Figure {
  const { expected_right, low, high } = found
  if (expected_right === null) return { value: '–', range: '', interval: null, why: t.members.notKnownYetThe }
  if (low === null || high === null) return { value: percent(expected_right), range: rangeOrReason(found), interval: null, why: '' }
  return { value: percent(expected_right), range: percentRange(low, high), interval: { estimate: expected_right, low, high }, why: '' }
}

/** The range with its level, or why there is none, in brackets. */
export const exportRange = ({ range, interval }: Figure): string => (interval === null ? t.members.noRange(range) : t.members.rangeAndLevel(range, LEVEL))

/** What will happen when the doubtful items are sent out again. */
export function sendOutWords(found: ExpectedExport, overlap: number, maxVotes: number): string[] {
  const asked = t.members.oneMoreAnswerIs(found.in_doubt)
  const limit = maxVotes > overlap
    ? t.members.noItemGetsMore(maxVotes)
    : t.members.mostAnswersAnItemIs(maxVotes)
  return [asked, limit, t.members.itCanBeUndone]
}
