import { isArtifact } from '../../src/rosie/artifacts.ts'
import type { Document } from '../../src/rosie/contents.ts'

describe('A page among the documents', () => {
  const field = { text: 'x', line: 2, column: 1 }
  const problem = (cause: 'front-matter' | 'encoding' | 'too-large') => ({ cause, line: 1, message: 'A.' })
  const unread = { id: null, parents: [], own: false }
  const page = (said: object) => ({ fields: {}, problems: [], ...said }) as unknown as Document

  it.each<[string, string, object, boolean]>([
    ['is called like one', 'REQ-001.md', {}, true],
    ['is called nearly like one', 'specs/spec_1-x.md', {}, true],
    ['has a field of one', 'notes.md', { fields: { parent_id: field } }, true],
    ['has fields of any page', 'notes.md', { fields: { title: field, status: field } }, false],
    ['says nothing', 'notes.md', {}, false],
    ['is called after one', 'notes-REQ-001.md', {}, false],
    ['is too large', 'notes.md', { problems: [problem('too-large')], unread }, true],
    ['was not read at all', 'notes.md', { problems: [problem('front-matter')] }, true],
    ['has wrong front matter', 'notes.md', { problems: [problem('front-matter')], unread }, false],
    ['has that of one', 'notes.md', { problems: [problem('front-matter')], unread: { ...unread, own: true } }, true],
    ['has an id in it', 'notes.md', { problems: [problem('front-matter')], unread: { ...unread, id: 'x' } }, true],
    ['is damaged', 'notes.md', { problems: [problem('front-matter'), problem('encoding')], unread }, true],
  ])('that %s: %s', (_, path, said, artifact) => {
    expect(isArtifact(`.gxp/${path}`, page(said))).toBe(artifact)
  })
})
