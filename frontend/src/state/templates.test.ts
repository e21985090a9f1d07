import { afterEach, expect, it } from 'vitest'
import { speak } from '../words/spoken.svelte'
import { emptyDraft, missing, projectPayload } from './createDraft'
import { TEMPLATES, templateDraft } from './templates'

afterEach(() => speak('en'))

it.each(['en', 'zh-Hans'] as const)('every template is a whole project in %s, but for its name', async (language) => {
  await speak(language)
  for (const template of TEMPLATES) {
    const draft = templateDraft({ ...emptyDraft(), name: 'Mine' }, template)
    for (const step of ['kind', 'classes', 'people'] as const) expect([template, missing(step, draft, { chosen: false, hasText: false }, new Set('cfghrw'))]).toEqual([template, ''])
    expect(draft.guidelines.split('\n')[0]).toMatch(/[?？]$/)
    expect(draft.name).toBe('Mine')
  }
})

it('takes its policies and descriptions along', () => {
  const payload = projectPayload(templateDraft({ ...emptyDraft(), name: 'Answers' }, 'preference'))
  expect(payload).toMatchObject({ kind: 'pairwise', classes: [], settings: { overlap: 3, max_votes: 5 } })
  const triage = projectPayload(templateDraft(emptyDraft(), 'triage'))
  expect(triage.classes).toContainEqual(expect.objectContaining({ name: 'complaint', description: expect.stringContaining('wrong') }))
})
