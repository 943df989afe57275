'use client';
import { Copy } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Menu, MenuItem } from '@/components/ui/menu';
import { toast } from '@/components/ui/toast';
import { copyText } from '@/lib/copy-text';
import { copyAsCurl, copyAsPython, copyAsPythonSocket, type Operation } from './copy-as';

type Props = {
  isSubscription: boolean;
  /** What would be run; null where it cannot be read, which is told then. */
  operation: () => Operation | null;
};

/** For scripts: with a token of their own, which is never the viewer's. */
export function CopyMenu({ isSubscription, operation }: Props) {
  const copy = (name: string, write: (operation: Operation, origin: string) => string): void => {
    const asked = operation();
    if (!asked) return;
    void copyText(write(asked, location.origin)).then(
      () => toast({ title: `Copied as ${name}`, text: 'It takes an API token from the environment, as PURSIGHT_TOKEN.' }),
      () => toast({ title: 'Nothing was copied', text: 'The browser does not let this page write to the clipboard.', stays: true }),
    );
  };
  return (
    <Menu align="start" trigger={<Button icon={<Copy className="size-3.5" strokeWidth={1.6} />}>Copy as</Button>}>
      {isSubscription ? (
        <MenuItem onSelect={() => copy('Python', copyAsPythonSocket)} hint="websockets">
          Python
        </MenuItem>
      ) : (
        <>
          <MenuItem onSelect={() => copy('curl', copyAsCurl)}>curl</MenuItem>
          <MenuItem onSelect={() => copy('Python', copyAsPython)} hint="requests">
            Python
          </MenuItem>
        </>
      )}
    </Menu>
  );
}
