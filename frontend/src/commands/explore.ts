import type { Explorer } from '../views/explore/explorer.svelte'
import type { Command } from './command'

type ExploreCommand = Command<Explorer>

const hasRows = (explorer: Explorer): boolean => explorer.rows.length > 0
const mayChange = ({ project }: Explorer): boolean => project.role === 'owner' || project.role === 'manager'
const search = (): void => document.getElementById('explore-q')?.focus()

/** Everything on the page of all items. */
export const EXPLORE_COMMANDS: readonly ExploreCommand[] = [
  { id: 'explore.search', title: 'Search', context: 'explore', keys: ['/'], when: () => true, run: search },
  { id: 'explore.next', title: 'Next item', context: 'explore', keys: ['ArrowDown', 'j'], when: hasRows, run: (one) => one.go(one.at + 1) },
  { id: 'explore.previous', title: 'Item before', context: 'explore', keys: ['ArrowUp', 'i'], when: hasRows, run: (one) => one.go(one.at - 1) },
  { id: 'explore.on', title: 'Ten on', context: 'explore', keys: ['PageDown'], when: hasRows, run: (one) => one.go(one.at + 10) },
  { id: 'explore.back', title: 'Ten back', context: 'explore', keys: ['PageUp'], when: hasRows, run: (one) => one.go(one.at - 10) },
  { id: 'explore.open', title: 'Open the item', context: 'explore', keys: ['Enter'], when: hasRows, run: (one) => one.open() },
  { id: 'explore.pick', title: 'Pick', context: 'explore', keys: ['Space', 'x'], when: (one) => hasRows(one) && mayChange(one), run: (one) => one.pick(one.at) },
  { id: 'explore.drop', title: 'Pick none', context: 'explore', keys: ['Escape'], when: (one) => one.picked.size > 0, run: (one) => one.drop() },
  { id: 'explore.send-out', title: 'Send the picked ones out again', context: 'explore', keys: ['s'], when: (one) => one.picked.size > 0, run: (one) => void one.sendOut() },
  { id: 'explore.undo', title: 'Undo sending out', context: 'explore', keys: ['u'], when: (one) => one.canUndo, run: (one) => void one.undo() },
  { id: 'explore.clear', title: 'No filters', context: 'explore', keys: ['c'], when: () => true, run: (one) => one.clear() },
  { id: 'keys', title: 'All keys', context: 'global', keys: ['?'], when: () => true, run: (one) => one.pop('keys') },
  { id: 'palette', title: 'Commands', context: 'global', keys: ['Mod+k'], when: () => true, run: (one) => one.pop('palette') },
]
