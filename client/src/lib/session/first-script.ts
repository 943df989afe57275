/**
 * Runs while the page's own script is on its way: asks for the session, together with what the page asks first. `session.ts` takes the answer. What
 * another page of this browser says of the session meanwhile makes it void. One page at a time, as there.
 */
export const FIRST_SCRIPT = `(()=>{var f=self.pursightFirst={at:0,isVoid:false},n='pursight-session';try{f.channel=new BroadcastChannel(n);f.channel.onmessage=()=>{f.isVoid=true}}catch(e){}var ask=()=>fetch('/session/refresh',{method:'POST',headers:{'content-type':'application/json'},body:JSON.stringify({page:location.pathname+location.search}),signal:AbortSignal.timeout(45000)});f.response=(navigator.locks?navigator.locks.request(n,ask):ask()).then(r=>{f.at=Date.now();return r});f.response.catch(()=>{})})()`;

export type First = {
  response: Promise<Response>;
  /** When it came, in milliseconds since 1970. */
  at: number;
  isVoid: boolean;
  channel?: BroadcastChannel;
};
