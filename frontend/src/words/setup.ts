import { speak } from './spoken.svelte'

/** Tests read English. */
await speak('en')
