import { mount } from 'svelte'
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import './styles/layout.css'
import App from './App.svelte'
import { startRouter } from './router.svelte'
import { firstLanguage, speak } from './words/spoken.svelte'

const target = document.getElementById('app')
if (!target) throw new Error('index.html has no #app')
await speak(firstLanguage())
startRouter()
mount(App, { target })
