// Builds what Viche serves: one stylesheet, one script, htmx. `npm ci && npm run build` writes ../static/viche/.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as esbuild from 'esbuild'
import * as sass from 'sass'

const here = dirname(fileURLToPath(import.meta.url))
const target = join(here, '..', 'static', 'viche')
mkdirSync(target, { recursive: true })

/** The colours of palettes.json as CSS variables: the default palette on :root, the others behind data-palette. */
function paletteCss ({ light, dark, palettes }) {
  const block = (selector, colours) =>
    `${selector}{${Object.entries(colours).map(([name, value]) => `--viche-${name}:${value}`).join(';')}}`
  const inDark = (css) => `@media screen and (prefers-color-scheme:dark){${css}}`
  const named = Object.entries(palettes).filter(([name]) => name !== 'viche')
  const day = [block(':root', { ...light, ...palettes.viche.light })]
  const night = [block(':root', { ...dark, ...palettes.viche.dark })]
  for (const [name, palette] of named) {
    day.push(block(`[data-palette="${name}"]`, palette.light))
    night.push(block(`[data-palette="${name}"]`, palette.dark))
  }
  return day.join('') + inDark(night.join(''))
}

const palettes = paletteCss(JSON.parse(readFileSync(join(here, 'palettes.json'), 'utf8')))
const { css } = sass.compile(join(here, 'src', 'viche.scss'), {
  style: 'compressed', loadPaths: [join(here, 'node_modules')], quietDeps: true
})
const stylesheet = palettes + css.replace(/^\uFEFF/, '').replace(/^@charset "UTF-8";/, '')
if (/GDS Transport|crest|crown/i.test(stylesheet)) throw new Error('what belongs to GOV.UK alone got into the stylesheet')
writeFileSync(join(target, 'viche.css'), `@charset "UTF-8";/* govuk-frontend, MIT: see LICENSES.txt */${stylesheet}\n`)

await esbuild.build({
  entryPoints: [join(here, 'src', 'viche.js')],
  outfile: join(target, 'viche.js'),
  bundle: true, minify: true, format: 'esm', target: 'es2020', legalComments: 'none',
  banner: { js: '/* govuk-frontend, MIT: see LICENSES.txt */' }
})
copyFileSync(join(here, 'node_modules', 'htmx.org', 'dist', 'htmx.min.js'), join(target, 'htmx.min.js'))
copyFileSync(join(here, 'src', 'favicon.svg'), join(target, 'favicon.svg'))

const licence = (name, file) => {
  const { version } = JSON.parse(readFileSync(join(here, 'node_modules', name, 'package.json'), 'utf8'))
  return `${name} ${version}\n\n${readFileSync(join(here, file), 'utf8').trim()}\n`
}
const rule = `\n${'-'.repeat(80)}\n\n`
writeFileSync(join(target, 'LICENSES.txt'),
  ['Files in this folder are built from these works, under their licences:\n',
    // The npm package of govuk-frontend carries no licence file, so its notice is kept here.
    licence('govuk-frontend', 'licences/govuk-frontend.txt'), licence('htmx.org', 'node_modules/htmx.org/LICENSE')].join(rule))

for (const name of ['viche.css', 'viche.js', 'htmx.min.js', 'favicon.svg']) {
  const bytes = readFileSync(join(target, name))
  console.log(`${name.padEnd(12)} ${String(bytes.length).padStart(7)} B  ${String(gzipSync(bytes, { level: 9 }).length).padStart(6)} B gzip`)
}
