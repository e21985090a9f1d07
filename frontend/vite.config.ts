import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const backend = 'http://127.0.0.1:8000'

/** What the labelling page is made of: these modules, and whatever they import. */
const KEPT = ['/src/main.ts', '/src/views/label/Label.svelte', '/src/words/en.ts', '/src/words/zh-Hans.ts']

/** Writes the worker that opens the labelling page without network, with the names of the files that it keeps. */
function offline(): Plugin {
  return {
    name: 'offline',
    apply: 'build',
    generateBundle(_, bundle) {
      const files = new Set(['mark.svg'])
      const keep = (name: string): void => {
        const chunk = bundle[name]
        if (files.has(name) || chunk?.type !== 'chunk') return
        for (const style of chunk.viteMetadata?.importedCss ?? []) files.add(style)
        files.add(name)
        chunk.imports.forEach(keep)
      }
      const isKept = (module: string | null): boolean => KEPT.some((end) => module?.endsWith(end))
      for (const chunk of Object.values(bundle)) if (chunk.type === 'chunk' && (chunk.isEntry || isKept(chunk.facadeModuleId))) keep(chunk.fileName)
      const source = readFileSync(join(import.meta.dirname, 'src/offline/worker.js'), 'utf8')
      this.emitFile({ type: 'asset', fileName: 'worker.js', source: source.replace('[/* files */]', JSON.stringify([...files].sort().map((name) => `/static/${name}`))) })
    },
  }
}

/** Writes each text file of the build once more as .gz and .br: the server sends those and compresses nothing itself. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    writeBundle({ dir = 'dist' }) {
      for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
        if (!/\.(js|css|svg)$/.test(name)) continue
        const content = readFileSync(join(dir, name))
        writeFileSync(join(dir, `${name}.gz`), gzipSync(content, { level: 9 }))
        writeFileSync(join(dir, `${name}.br`), brotliCompressSync(content))
      }
    },
  }
}

export default defineConfig({
  base: '/static/',
  plugins: [svelte(), offline(), compressed()],
  // Small files stay files: a data: URL would need a hole in the content policy.
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { '/api': backend, '/admin': backend } },
  test: { include: ['src/**/*.test.ts'], setupFiles: ['src/words/setup.ts'] },
})
