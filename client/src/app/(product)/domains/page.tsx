import { ChooseNode } from '@/components/vocabulary/choose-node';

export default function DomainsPage() {
  return <ChooseNode title="Choose a domain" text="What is in it, who answers for it, and what is wrong there." />;
}
