/** Runs before anything is painted, so that no page flashes in the other theme. */
export const THEME_SCRIPT = `try{var p=JSON.parse(localStorage.getItem('pursight.preferences')||'{}')}catch(e){p={}}var d=document.documentElement;d.dataset.theme=p.theme==='dark'||(p.theme!=='light'&&matchMedia('(prefers-color-scheme: dark)').matches)?'dark':'light';d.dataset.density=p.density||'default'`;
