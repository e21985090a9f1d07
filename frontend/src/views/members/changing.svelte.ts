import { explain } from '../../api/errors'

/** One change at a time to a list, which is read again after it. Call while a component is made. */
export function changing(again: () => Promise<void>) {
  let problem = $state('')
  let isBusy = $state(false)

  return {
    async run(act: () => Promise<void>): Promise<void> {
      isBusy = true
      problem = ''
      try {
        await act()
        await again()
      } catch (error) {
        problem = explain(error)
      }
      isBusy = false
    },
    /** Says what else went wrong. */
    fail(words: string): void {
      problem = words
    },
    get problem(): string {
      return problem
    },
    get isBusy(): boolean {
      return isBusy
    },
  }
}
