'use client';
/** The dialogs of a glossary or of domains: their script comes when one is opened. */
import dynamic from 'next/dynamic';

export const AssignDialog = dynamic(() => import('./assign-dialog').then((file) => file.AssignDialog), { ssr: false });
export const MoveDialog = dynamic(() => import('./move-dialog').then((file) => file.MoveDialog), { ssr: false });
export const NodeSheet = dynamic(() => import('./node-sheet').then((file) => file.NodeSheet), { ssr: false });
