/** How right an export is expected to be, and what sending the doubtful ones out again will ask for. Pure. */
import type { ExpectedExport } from '../api/quality'
import { percent, plural } from './format'
import { percentRange } from './manageFormat'
import type { Figure } from './models'

export function exportFigure(found: ExpectedExport): Figure {
  const { expected_right, low, high } = found
  if (expected_right === null) return { value: '–', range: '', interval: null, why: 'not known yet: the next quality run looks at the answers.' }
  if (low === null || high === null) return { value: percent(expected_right), range: 'range not known yet', interval: null, why: '' }
  return { value: percent(expected_right), range: percentRange(low, high), interval: { estimate: expected_right, low, high }, why: '' }
}

/** What will happen when the doubtful items are sent out again. */
export function sendOutWords(found: ExpectedExport, overlap: number, maxVotes: number): string[] {
  const asked = `One more answer is asked for of at most ${plural(found.in_doubt, 'item')} in doubt, from people who have not answered them yet.`
  const limit = maxVotes > overlap
    ? `No item gets more than ${plural(maxVotes, 'answer')}; what has as many already is left out.`
    : `Most votes an item is ${maxVotes}, so items with as many answers are left out. Raise “Most votes an item” first to ask again.`
  return [asked, limit, 'It can be undone until the answers come.']
}
