'use client';
import { Bell as BellIcon } from 'lucide-react';
import dynamic from 'next/dynamic';
import { IconButton } from '@/components/ui/button';

const Waiting = () => <IconButton label="Notifications" icon={<BellIcon className="size-4" strokeWidth={1.6} />} />;

/** After the page itself: what it tells came up before, or comes later. */
export const LateBell = dynamic(() => import('./bell').then((module) => module.Bell), { ssr: false, loading: Waiting });
