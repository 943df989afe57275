import { Explorer } from '@/features/lineage/explorer';

export default async function LineageOfAssetPage({ params }: { params: Promise<{ assetId: string }> }) {
  const { assetId } = await params;
  return <Explorer key={assetId} assetId={decodeURIComponent(assetId)} />;
}
