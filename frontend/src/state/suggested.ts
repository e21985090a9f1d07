/** What people did with suggestions, beside what the model is worth when people are asked blind. Pure. */
import type { SuggestionsTaken } from '../api/schema'
import type { Performance } from '../api/types'
import { t } from '../words/spoken.svelte'
import { percent } from './format'
import { MODEL_LEVEL, percentRange } from './manageFormat'

/** Nothing before the first suggestion was shown; a comparison where accuracy is what is measured. */
export function takenLines({ shown, taken, share }: SuggestionsTaken, blind: Performance | null): string[] {
  if (!share) return []
  const first = t.suggestions.taken(taken, shown, percent(share.estimate, 0))
  if (blind?.metric !== 'accuracy') return [first]
  return [first, t.suggestions.blind(percent(blind.estimate, 0), percentRange(blind.low, blind.high, 0), MODEL_LEVEL)]
}
