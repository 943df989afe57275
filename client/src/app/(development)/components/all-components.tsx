'use client';
import { Showcase } from '@/features/showcase/showcase';
import { OF_FEATURES } from './of-features';

/** What belongs to one feature is told here: features do not know each other. */
export const AllComponents = () => <Showcase more={OF_FEATURES} />;
