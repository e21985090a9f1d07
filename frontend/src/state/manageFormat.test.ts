import { describe, expect, it } from 'vitest'
import { answerTime, decimalRange, likelyWrong, metricName, odds, percentRange, sureness, wholePercent } from './manageFormat'

describe('figures', () => {
  it('never rounds doubt away', () => {
    expect(percentRange(0.941, 0.982)).toBe('94.1–98.2%')
    expect(wholePercent(0.997)).toBe('> 99%')
    expect(wholePercent(0.68)).toBe('68%')
    expect(wholePercent(1)).toBe('100%')
    expect([sureness(1), sureness(0.94), sureness(0), wholePercent(0)]).toEqual(['> 99%', '94%', '< 1%', '0%'])
    expect(likelyWrong(0.998)).toBe('likely wrong: > 99%')
  })

  it('keeps a negative end readable', () => {
    expect(decimalRange(0.791, 0.855)).toBe('0.791–0.855')
    expect(decimalRange(-0.05, 0.12)).toBe('−0.050 to 0.120')
  })

  it('writes short times with a tenth', () => {
    expect(answerTime(1.1)).toBe('1.1 s')
    expect(answerTime(46.2)).toBe('46 s')
  })
})

describe('odds', () => {
  it('turns round below one', () => {
    expect(odds(Math.log(340))).toBe('340 : 1')
    expect(odds(-Math.log(24))).toBe('1 : 24')
    expect(odds(0)).toBe('1 : 1')
  })

  it('stops counting at a million, and sooner where nothing speaks for it', () => {
    expect(odds(99)).toBe('> 1,000,000 : 1')
    expect(odds(-Math.log(999))).toBe('1 : 999')
    expect(odds(-99)).toBe('no sign of it')
  })
})

it('names metrics and leaves unknown ones', () => {
  expect(metricName('macro_f1')).toBe('Macro F1')
  expect(metricName('span_f1')).toBe('span f1')
})
