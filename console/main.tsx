/** The agent inbox: starts it on the page. */
import './styles.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { startClock } from './clock.ts';
import { watchRoute } from './routes.ts';
import { checkSession } from './session.ts';
import { watchViewport } from './viewport.ts';

watchRoute();
watchViewport();
startClock();
void checkSession();

const place = document.getElementById('app');
if (place) render(<App />, place);
