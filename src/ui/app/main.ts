import {mount} from 'svelte'
import '../kit/base.css'
import '../kit/print.css'
import App from './App.svelte'

const target = document.getElementById('app')
if (target === null) throw new Error('the page has no #app')
target.replaceChildren()
mount(App, {target})
