import { afterEach, describe, expect, it } from 'vitest'
import { ApiError, explain } from '../api/errors'
import { ago, count, moment, plural } from '../state/format'
import { preferred } from './languages'
import { speak, spoken, t } from './spoken.svelte'

afterEach(() => speak('en'))

describe('a language', () => {
  it('is the first of the wishes that there is a catalogue for', () => {
    expect(preferred(['', 'fr-CH', 'zh-CN', 'en'])).toBe('zh-Hans')
    expect(preferred(['en-GB', 'zh'])).toBe('en')
    expect(preferred(['fr'])).toBe('en')
  })

  it('is spoken by words, counts and times alike', async () => {
    await speak('zh-Hans')
    expect([spoken.language, t.entrance.signIn, t.home.nProjects(1200)]).toEqual(['zh-Hans', '登录', '1,200 个项目'])
    expect([ago(0, 119_000), moment('2026-03-04T05:06:00Z').slice(0, 5)]).toEqual(['1 分钟前', '2026年'])
  })

  it('says one and many by its own rules', async () => {
    expect([plural(0, 'label'), plural(1, 'label'), plural(2, 'class', 'classes')]).toEqual(['0 labels', '1 label', '2 classes'])
    expect(count(1234.4)).toBe('1,234')
  })

  it.each(['en', 'zh-Hans'] as const)('gives the scores of a queue no scale that only some strategies have (%s)', async (language) => {
    await speak(language)
    expect(t.manage.scoresMean).not.toMatch(/\d/)
  })

  it('says refusals by their code, and what has none in the words of the service', async () => {
    await speak('zh-Hans')
    const said = (code: string): string => explain(new ApiError(409, code, 'The words of the service.'))
    expect([said('lease_expired'), said('conflict')]).toEqual([t.errors.byCode['lease_expired'], 'The words of the service.'])
  })
})
