'use client';
import dynamic from 'next/dynamic';
import { useState, type ReactNode } from 'react';

export type DialogProps = {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  description?: ReactNode;
  /** Buttons, the main one last. */
  footer?: ReactNode;
  children?: ReactNode;
  /** `sheet`: from the right, of the page's height. */
  as?: 'dialog' | 'sheet';
  wide?: boolean;
  /** Where the focus starts; else at the first thing that takes it. */
  initialFocus?: () => HTMLElement | null;
};

const DialogContent = dynamic(() => import('./dialog-content').then((module) => module.DialogContent), { ssr: false });

/** Its script comes when it is opened for the first time. */
export function Dialog(props: DialogProps) {
  const [wasOpened, setWasOpened] = useState(false);
  if (props.open && !wasOpened) setWasOpened(true);
  return wasOpened ? <DialogContent {...props} /> : null;
}
