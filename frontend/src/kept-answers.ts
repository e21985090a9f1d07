import { difference, type Outgoing, type Refused } from './state/outbox'

/* Answers that have not reached the service, in IndexedDB: they survive a reload, a crash and a closed lid. */

const STORES = ['outbox', 'refused'] as const
type Store = (typeof STORES)[number]
export interface Kept {
  outbox: readonly Outgoing[]
  refused: readonly Refused[]
}

function finished<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('IndexedDB refused'))
  })
}

function openDatabase(): Promise<IDBDatabase> {
  const opening = indexedDB.open('querent', 1)
  opening.onupgradeneeded = () => STORES.forEach((store) => opening.result.createObjectStore(store))
  return finished(opening)
}

/** How many answers and skips wait on this device, of whoever worked here. Raises when the browser has no storage for this page. */
export async function countWaiting(): Promise<number> {
  const database = await openDatabase()
  const n = await finished(database.transaction('outbox').objectStore('outbox').count())
  database.close()
  return n
}

/** The keep of one person in one project. Raises when the browser has no storage for this page. */
export async function openKeep(user: number, project: number) {
  const database = await openDatabase()
  const everything = IDBKeyRange.bound([user, project], [user, project, []])
  let last: Kept = { outbox: [], refused: [] }

  function write(transaction: IDBTransaction, store: Store, before: readonly Outgoing[], after: readonly Outgoing[]): void {
    const changes = difference(before, after)
    const place = transaction.objectStore(store)
    changes.erase.forEach((assignment) => place.delete([user, project, assignment]))
    changes.write.forEach((entry) => place.put(entry, [user, project, entry.assignment]))
  }

  return {
    async load(): Promise<Kept> {
      const transaction = database.transaction(STORES)
      const outbox = finished<Outgoing[]>(transaction.objectStore('outbox').getAll(everything))
      const refused = finished<Refused[]>(transaction.objectStore('refused').getAll(everything))
      last = { outbox: (await outbox).toSorted((a, b) => a.at - b.at), refused: await refused }
      return last
    },
    /** Writes what changed since the last call, in one transaction. */
    save(next: Kept): void {
      if (next.outbox === last.outbox && next.refused === last.refused) return
      const transaction = database.transaction(STORES, 'readwrite')
      write(transaction, 'outbox', last.outbox, next.outbox)
      write(transaction, 'refused', last.refused, next.refused)
      transaction.commit()
      last = next
    },
    close: () => database.close(),
  }
}

export type Keep = Awaited<ReturnType<typeof openKeep>>
