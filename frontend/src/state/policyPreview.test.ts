import { expect, it } from 'vitest'
import type { PolicyWorth, Project } from '../api/types'
import { previewed, previewLine } from './policyPreview'

const worth: PolicyWorth = {
  votes_per_item: 1.42,
  votes_per_item_low: 1.31,
  votes_per_item_high: 1.6,
  expected_right: 0.961,
  low: 0.94,
  high: 0.978,
  answers_left: 2300,
  answers_left_low: 1900,
  answers_left_high: 2800,
  hours_left: 3.2,
  undefined_because: null,
  undefined_said: null,
}

it('looks ahead only with what the service can play', () => {
  const choice = { kind: 'choice' } as Project
  expect(previewed(choice, { settings: { overlap: 2, strategy: 'badge' } })).toEqual({ overlap: 2 })
  expect(previewed(choice, { settings: { strategy: 'badge' } })).toBeNull()
  expect(previewed({ kind: 'spans' } as Project, { settings: { overlap: 2 } })).toBeNull()
})

it('says what a rule costs and brings, or why nobody knows', () => {
  expect(previewLine({ now: { ...worth, expected_right: 0.93 }, proposed: worth })).toContain('1.4 (1.3 to 1.6) answers an item, 2,300 (1,900 to 2,800) still to come, about 3 h; once all are there, 96.1% (94.0% to 97.8%) expected right instead of 93.0% (94.0% to 97.8%) by the rule of now, by people’s answers alone')
  expect(previewLine({ now: worth, proposed: { ...worth, votes_per_item: null, undefined_because: 'too few items have several answers yet' } })).toContain('not known yet because too few')
})
