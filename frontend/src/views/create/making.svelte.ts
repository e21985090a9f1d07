import { create, freshKey } from '../../api/client'
import { ApiError, explain, fieldError } from '../../api/errors'
import type { Job, Project } from '../../api/types'
import { memberPayload, projectPayload, type Draft, type DraftPerson, type Step } from '../../state/createDraft'
import { startImport, type Picked } from './picked'

export interface Added {
  person: DraftPerson
  /** Why it did not work; empty when it did. */
  problem: string
}

/** Which step holds the field a refusal names. */
function stepOf(error: unknown): Step | null {
  if (!(error instanceof ApiError)) return null
  const [field = ''] = Object.keys(error.fields)
  if (field.startsWith('classes') || field.startsWith('guidelines')) return 'classes'
  if (field.startsWith('settings') || ['overlap', 'random_rate', 'max_votes'].includes(field)) return 'people'
  return field.startsWith('name') || field.startsWith('kind') ? 'kind' : null
}

/**
 * Makes the project, adds its people, starts the import, in this order. Each part is done once: trying again goes on
 * where it stopped, and the same body goes out under the same key, so that a lost answer makes nothing twice.
 */
export function making() {
  let project = $state.raw<Project | null>(null)
  let people = $state.raw<Added[]>([])
  let job = $state.raw<Job | null>(null)
  let failure = $state('')
  let where = $state<Step | null>(null)
  let isBusy = $state(false)
  const keys = new Map<string, string>()

  function keyFor(body: string): string {
    const key = keys.get(body) ?? freshKey()
    keys.set(body, key)
    return key
  }

  function post<T>(path: string, body: Record<string, unknown>): Promise<T> {
    return create<T>(path, body, keyFor(path + JSON.stringify(body)))
  }

  async function add(id: number, person: DraftPerson): Promise<Added> {
    try {
      await post(`projects/${id}/members/`, memberPayload(person))
      return { person, problem: '' }
    } catch (error) {
      return { person, problem: fieldError(error, 'username') || fieldError(error, 'password') || explain(error) }
    }
  }

  async function addAll(id: number, wanted: readonly DraftPerson[]): Promise<void> {
    for (const person of wanted) {
      const added = await add(id, person)
      people = [...people.filter((one) => one.person.username !== person.username), added]
    }
  }

  async function run(draft: Draft, picked: Picked | null): Promise<void> {
    isBusy = true
    failure = ''
    where = null
    try {
      project ??= await post<Project>('projects/', projectPayload(draft))
      const done = new Set(people.filter((one) => !one.problem).map((one) => one.person.username))
      await addAll(project.id, draft.people.filter((one) => one.username.trim() && !done.has(one.username)))
      if (picked && !job) job = await startImport(project.id, picked, keyFor(`file-of-${project.id}`))
    } catch (error) {
      failure = explain(error)
      where = stepOf(error)
    }
    isBusy = false
  }

  return {
    run,
    get project() {
      return project
    },
    get people() {
      return people
    },
    get job() {
      return job
    },
    get failure() {
      return failure
    },
    get where() {
      return where
    },
    get isBusy() {
      return isBusy
    },
  }
}
