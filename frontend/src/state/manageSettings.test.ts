import { describe, expect, it } from 'vitest'
import type { Progress, Project } from '../api/types'
import { changeOf, consequences, contested, formOf, formProblems, rebasedForm, typedInto } from './manageSettings'
import { groups, groupsFor, optionsFor, wordsOf } from './policy'

const project: Project = {
  id: 1, name: 'SMS', kind: 'choice', role: 'owner', classes: [], guidelines: 'Look twice.', guidelines_version: 3, pause: null, created_at: '2026-03-01T00:00:00Z',
  settings: {
    overlap: 1, max_votes: 3, lease_seconds: 900, strategy: 'team', random_rate: 0.1, gold_rate: 0.03, target_confidence: 0.95, queue_source: 'model', suggestions: 'given',
    representation: 'pool', classifier: 'linear', classifier_params: {}, cost_aware: false, target_accuracy: null, predict_to_queue_below: null,
    overlap_share: 1, relabel_rate: 0.2, pause_at_odds: 0, training_items: 0, training_pass_mark: 0.8, spans_overlap: true, show_names: false, blind_review: false, paused: false,
  },
}
const form = formOf(project)
const progress = { items: 6000 } as Progress

describe('settings', () => {
  it('shows shares as percent without noise, and nothing as nothing', () => {
    expect(form).toMatchObject({ random_rate: '10', gold_rate: '3', target_confidence: '95', overlap: '1', target_accuracy: '', cost_aware: 'false', classifier_params: '{}' })
  })

  it('keeps what was typed over a newer version, and names what both changed', () => {
    const now = { ...project, name: 'Texts', guidelines: 'Look thrice.', settings: { ...project.settings, overlap: 2 } }
    const typed = { ...form, guidelines: 'Look once.', gold_rate: '5' }
    expect(changeOf(now, rebasedForm(project, now, typed))).toEqual({ guidelines: 'Look once.', settings: { gold_rate: 0.05 } })
    expect(contested(project, now, typed).map((one) => one.now)).toEqual(['Look thrice.'])
    expect(contested(project, now, { ...form, name: 'Texts' })).toEqual([])
  })

  it('sends only what changed', () => {
    expect(changeOf(project, form)).toBeNull()
    expect(changeOf(project, { ...form, gold_rate: '4.5', overlap: '2' })).toEqual({ settings: { gold_rate: 0.045, overlap: 2 } })
    expect(changeOf(project, { ...form, guidelines: 'New', strategy: 'badge' })).toEqual({ guidelines: 'New', settings: { strategy: 'badge' } })
    expect(changeOf(project, { ...form, cost_aware: 'true', target_accuracy: '93', classifier_params: '{"C": 10}' })).toEqual({
      settings: { cost_aware: true, target_accuracy: 0.93, classifier_params: { C: 10 } },
    })
    const aimed = { ...project, settings: { ...project.settings, target_accuracy: 0.9 } }
    expect(changeOf(aimed, { ...formOf(aimed), target_accuracy: ' ' })).toEqual({ settings: { target_accuracy: null } })
  })

  it('says what cannot be sent', () => {
    const problems = formProblems(project, { ...form, name: ' ', overlap: '1.5', lease_seconds: '', random_rate: '101', classifier_params: '[1]' })
    expect(Object.keys(problems).sort()).toEqual(['classifier_params', 'lease_seconds', 'name', 'overlap', 'random_rate'])
    expect(formProblems(project, { ...form, overlap: '4' }).max_votes).toContain('Not fewer')
    expect(formProblems(project, form)).toEqual({})
  })

  it('lets the most answers follow the answers an item where they were the same', () => {
    const same = { ...project, settings: { ...project.settings, max_votes: 1 } }
    const raised = typedInto(same, typedInto(same, formOf(same), 'overlap', ''), 'overlap', '3')
    expect(raised).toMatchObject({ overlap: '3', max_votes: '3' })
    expect(formProblems(same, raised)).toEqual({})
    expect(typedInto(same, typedInto(same, formOf(same), 'max_votes', '5'), 'overlap', '2').max_votes).toBe('5')
    expect(typedInto(project, form, 'overlap', '2').max_votes).toBe('3')
  })

  it('says first what a change costs', () => {
    expect(consequences(project, form, progress)).toEqual([])
    expect(consequences(project, { ...form, overlap: '3', overlap_share: '50' }, progress)).toEqual([
      'All 6,000 items together ask for about 12,000 answers instead of 6,000; answers that exist stay.',
    ])
    expect(consequences(project, { ...form, max_votes: '5', representation: 'tfidf' }, progress).join(' ')).toMatch(/30,000 answers.*6,000 items will be read anew/)
    expect(consequences(project, { ...form, guidelines: 'New' }, null)).toEqual([expect.stringContaining('version 4')])
    expect(consequences(project, { ...form, overlap: 'x' }, progress)).toEqual([])
  })

  it('has plain words for everything, once', () => {
    const all = groups().flatMap((group) => [...group.settings])
    expect(new Set(all.map((one) => one.name)).size).toBe(all.length)
    expect(all.map((one) => one.name).sort()).toEqual(Object.keys(project.settings).sort())
    for (const setting of all) {
      if (setting.type === 'choice') for (const option of setting.options) expect(wordsOf(setting, option.value)).toMatch(/[.]$/)
      else expect(setting.hint).not.toBe('')
    }
  })

  it('shows a kind only what it knows', () => {
    const names = (kind: 'choice' | 'spans') => groupsFor(kind).flatMap((group) => group.settings.map((one) => one.name))
    expect(names('choice')).not.toContain('spans_overlap')
    expect(names('spans')).toContain('spans_overlap')
    expect(names('spans')).not.toContain('classifier')
    const strategy = groups().flatMap((group) => [...group.settings]).find((one) => one.name === 'strategy')
    if (strategy?.type !== 'choice') throw new Error('strategy is a choice')
    expect(optionsFor(strategy, 'choice').map((one) => one.value)).not.toContain('max_loss')
    expect(optionsFor(strategy, 'multichoice').map((one) => one.value)).toEqual(['team', 'random', 'min_confidence', 'average_confidence', 'max_loss', 'mean_max_loss'])
    expect(optionsFor(strategy, 'spans').map((one) => one.value)).toEqual(['team', 'random'])
  })
})
