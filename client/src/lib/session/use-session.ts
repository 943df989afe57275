'use client';
import { useSyncExternalStore } from 'react';
import { currentSession, onSession, type SessionState } from './session';

const STARTING: SessionState = { status: 'starting' };

export const useSession = (): SessionState => useSyncExternalStore(onSession, currentSession, () => STARTING);
