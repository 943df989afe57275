'use client';
import { Bell as BellIcon } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '@/components/ui/button';
import { graphql } from '@/gql';
import { useLive } from '@/lib/graphql/use-live';

const BELL_VIOLATION = graphql(`
  subscription BellViolation($after: String) {
    violationRaised(after: $after) {
      cursor
      type
      violation {
        id
        status
        severity
        message
      }
    }
  }
`);

export function Bell() {
  const [count, setCount] = useState(0);
  useLive(BELL_VIOLATION, {
    variables: {},
    onEvent: ({ violationRaised }) => violationRaised.type === 'policy.violated' && setCount((before) => before + 1),
  });
  return (
    <IconButton
      label={count ? `${count} new violations` : 'Nothing new'}
      icon={<BellIcon className="size-4" strokeWidth={1.6} />}
      onClick={() => setCount(0)}
    />
  );
}
