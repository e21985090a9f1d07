import { get } from '../api/client'
import { whyNoProject } from '../api/errors'
import type { Project } from '../api/types'

/** The project that a page is about, null until it is read. Call while a component is made; a new id is read anew. */
export function projectOf(id: () => number) {
  let project = $state.raw<Project | null>(null)
  let problem = $state('')

  async function read(which: number): Promise<void> {
    problem = ''
    try {
      project = await get<Project>(`projects/${which}/`)
    } catch (error) {
      problem = whyNoProject(error)
    }
  }

  $effect(() => void read(id()))
  return {
    get value(): Project | null {
      return project
    },
    /** What came back when it was changed. */
    set value(changed: Project | null) {
      project = changed
    },
    /** Why it could not be read, or nothing. */
    get problem(): string {
      return problem
    },
    again: (): void => void read(id()),
  }
}
