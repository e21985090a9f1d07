import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { say } from './say'
import { speak } from './spoken.svelte'

const ENGLISH = 'cy is right in 61% of answers (52% to 70%); the bar is 75%.'
const HELP = { code: 'flag.needs_help', with: { who: 'cy', accuracy: 0.61, low: 0.52, high: 0.7, bar: 0.75 } }

describe('a sentence of the service', () => {
  it('is shown as it came in English', () => {
    expect(say(ENGLISH, HELP)).toBe(ENGLISH)
  })

  describe('in Chinese', () => {
    beforeAll(() => speak('zh-Hans'))
    afterAll(() => speak('en'))

    it('is said by its code, with what was put into it', () => {
      expect(say(ENGLISH, HELP)).toBe('cy 的回答约有 61% 正确（52% 至 70%），低于此处的标准 75%。')
    })

    it('says a sentence inside another one', () => {
      const mark = (name: string) => ({ code: 'mark.span', with: { name, text: 'Lovelace' } })
      const flag = { code: 'flag.others_amount_to', with: { who: 'bob', said: mark('组织'), expected: { code: 'mark.spans', with: { n: 2 } } } }
      expect(say('bob said …', flag)).toBe('bob 回答“组织‘Lovelace’”；其他人的回答合起来是“2 处片段”。')
    })

    it('says why a training failed, and keeps the error as it is', () => {
      const failed = { running: false, error: 'The training failed.', said: { code: 'training.failed', with: { why: 'MemoryError' } } }
      expect(say(failed.error, failed.said)).toBe('训练失败，系统会自动重试。错误信息：MemoryError')
    })

    it('says what a program said inside it, and how many of the others', () => {
      const not = { code: 'row.not_json_at', with: { why: "Expecting ',' delimiter", n: 12 } }
      expect(say("Not JSON: Expecting ',' delimiter at character 12.", not)).toBe('第 12 个字符处不是 JSON：缺少逗号。')
      const others = (against: number, n_others: number) => say('', { code: 'flag.others', with: { who: 'cy', said: 'a', expected: 'b', against, n_others } })
      expect([others(1, 1), others(2, 2), others(2, 3)]).toEqual(['cy 回答“a”；另一人回答“b”。', 'cy 回答“a”；其他 2 人都回答“b”。', 'cy 回答“a”；其他 3 人中有 2 人回答“b”。'])
    })

    it('names roles as the page does', () => {
      expect(say('This needs the role manager; yours is annotator.', { code: 'role.needed', with: { needed: 'manager', role: 'annotator' } })).toBe(
        '此操作需要“管理员”角色；您的角色是“标注员”。',
      )
    })

    it.each([null, undefined, { code: 'of.tomorrow', with: {} }, 'nothing'])('stays English without a known code: %s', (said) => {
      expect(say(ENGLISH, said)).toBe(ENGLISH)
    })
  })
})
