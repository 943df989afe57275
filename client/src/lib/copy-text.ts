/** Into the clipboard. Over plain HTTP from another machine browsers give no `navigator.clipboard`: the older way works there. Rejects where nothing may be copied. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  let isCopied = false;
  const onCopy = (event: ClipboardEvent): void => {
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
    isCopied = true;
  };
  document.addEventListener('copy', onCopy, { capture: true });
  // oxlint-disable-next-line typescript/no-deprecated -- there is no other way
  document.execCommand('copy');
  document.removeEventListener('copy', onCopy, { capture: true });
  if (!isCopied) throw new Error('The browser does not let this page write to the clipboard.');
}
