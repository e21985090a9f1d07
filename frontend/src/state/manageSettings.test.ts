import { describe, expect, it } from 'vitest'
import type { Project } from '../api/types'
import { changeOf, formOf, formProblems } from './manageSettings'

const project: Project = {
  id: 1, name: 'SMS', kind: 'choice', role: 'owner', classes: [], guidelines: 'Look twice.', guidelines_version: 3, created_at: '2026-03-01T00:00:00Z',
  settings: { overlap: 1, max_votes: 3, lease_seconds: 900, strategy: 'team', random_rate: 0.1, gold_rate: 0.03, target_confidence: 0.95 },
}

describe('settings', () => {
  it('shows shares as percent without noise', () => {
    expect(formOf(project)).toMatchObject({ random_rate: '10', gold_rate: '3', target_confidence: '95', overlap: '1' })
  })

  it('sends only what changed', () => {
    expect(changeOf(project, formOf(project))).toBeNull()
    expect(changeOf(project, { ...formOf(project), gold_rate: '4.5', overlap: '2' })).toEqual({ settings: { gold_rate: 0.045, overlap: 2 } })
    expect(changeOf(project, { ...formOf(project), guidelines: 'New', strategy: 'random' })).toEqual({ guidelines: 'New', settings: { strategy: 'random' } })
  })

  it('says what cannot be sent', () => {
    const problems = formProblems({ ...formOf(project), name: ' ', overlap: '1.5', lease_seconds: '', random_rate: '101' })
    expect(Object.keys(problems).sort()).toEqual(['lease_seconds', 'name', 'overlap', 'random_rate'])
    expect(formProblems({ ...formOf(project), overlap: '4' }).max_votes).toContain('Not fewer')
    expect(formProblems(formOf(project))).toEqual({})
  })
})
