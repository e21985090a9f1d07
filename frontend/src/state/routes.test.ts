import { describe, expect, it } from 'vitest'
import { afterLogin, homeOf, logInToJoin, matchRoute } from './routes'

describe('routes', () => {
  it.each([
    ['/', { view: 'projects' }],
    ['/login/', { view: 'login' }],
    ['/join', { view: 'join' }],
    ['/projects/new', { view: 'create' }],
    ['/projects/7', { view: 'overview', project: 7 }],
    ['/projects/7/label', { view: 'label', project: 7 }],
    ['/projects/7/review', { view: 'review', project: 7 }],
    ['/projects/7/models', { view: 'models', project: 7 }],
    ['/projects/7/items', { view: 'items', project: 7 }],
    ['/projects/7/items/12', { view: 'item', project: 7, item: 12 }],
    ['/projects/7/items/x', { view: 'missing' }],
    ['/projects/7/report', { view: 'report', project: 7 }],
    ['/projects/7/guidelines', { view: 'guidelines', project: 7 }],
    ['/projects/7/else', { view: 'missing' }],
    ['/projects/x', { view: 'missing' }],
  ] as const)('%s', (path, route) => expect(matchRoute(path)).toEqual(route))

  it('after logging in lead back, but never off this site', () => {
    expect(afterLogin('?next=%2Fprojects%2F7%2Flabel')).toBe('/projects/7/label')
    expect(afterLogin('?next=%2Fprojects%2F7%2Fitems%3Forder%3Ddoubt')).toBe('/projects/7/items?order=doubt')
    expect(afterLogin('', logInToJoin('t0k-en').replace('/login', ''))).toBe('/join#t0k-en')
    for (const bad of ['', '?next=https://evil.example', '?next=//evil.example', '?next=/%5Cevil.example', '?next=/login', '?next=%2Flogin%3Fnext%3D']) expect(afterLogin(bad)).toBe('/')
  })

  it('open where the role works', () => {
    expect(homeOf(3, 'annotator')).toBe('/projects/3/label')
    expect(homeOf(3, 'reviewer')).toBe('/projects/3')
  })
})
