import { AssetPage } from '@/features/assets/asset-page';
import { LateAssetLineage } from '@/features/lineage/late-asset-lineage';

export default async function AssetRoute({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return <AssetPage key={id} id={id} lineage={<LateAssetLineage id={id} />} />;
}
