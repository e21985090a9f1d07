import { expect, it } from 'vitest'
import { toCsv } from './csv'

it('quotes what needs it, leaves nulls empty and disarms formulas', () => {
  expect(toCsv([['a,b', 'say "hi"', null, -1.5], ['=1+1', '@x', 'plain', 0]])).toBe('"a,b","say ""hi""",,-1.5\r\n\'=1+1,\'@x,plain,0\r\n')
})
