//! Look-ups that are answered from what the mirror keeps.

use std::collections::HashMap;

use futures::{StreamExt, TryStreamExt, stream};

use super::{Mirror, Mirrored, SourceResident};
use crate::model::{
    Job, JobId, Kind, LatchelProperty, LatchelPropertyId, LatchelResident, LatchelResidentId, Origin,
    PropertyRef, RecordKey, ResidentRef,
};
use crate::{Error, ErrorKind, Result};

/// Number of single records that are read at once.
const AT_ONCE: usize = 4;
/// Number of other records that are tried before a source is taken for one that shows none by its id.
const CONTROLS: u32 = 3;

impl Mirror {
    /// The kept properties with these ids; what we have just written, and what is not kept, is read afresh.
    pub(super) async fn properties_with(&self, ids: &[LatchelPropertyId]) -> Result<Vec<LatchelProperty>> {
        let plain: Vec<_> = ids.iter().map(|id| id.0).collect();
        let (kept, afresh) = self.kept_or_not(Kind::Property, &plain).await?;
        let mut found = kept.iter().map(Mirrored::read).collect::<Result<Vec<LatchelProperty>>>()?;
        let read = async |id| self.fresh_property(LatchelPropertyId(id)).await;
        let read = stream::iter(afresh).map(read).buffered(AT_ONCE);
        found.extend(read.try_collect::<Vec<_>>().await?.into_iter().flatten());
        Ok(found)
    }

    pub(super) async fn residents_with(&self, ids: &[LatchelResidentId]) -> Result<Vec<LatchelResident>> {
        let plain: Vec<_> = ids.iter().map(|id| id.0).collect();
        let (kept, afresh) = self.kept_or_not(Kind::Resident, &plain).await?;
        let mut found: Vec<(SourceResident, bool)> = Vec::new();
        for one in &kept {
            found.push((one.read()?, false));
        }
        let read = async |id| self.fresh_resident(LatchelResidentId(id)).await;
        let read = stream::iter(afresh).map(read).buffered(AT_ONCE).try_collect::<Vec<_>>().await?;
        found.extend(read.into_iter().flatten().map(|one| (one, true)));
        let keys: Vec<_> = ids.iter().map(|id| RecordKey::latchel(Kind::Resident, id)).collect();
        let memories =
            if keys.is_empty() { Vec::new() } else { self.ledger.recall(&self.account, &keys).await? };
        let links = memories.into_iter().filter_map(|memory| memory.link);
        let linked: Vec<_> = links.filter_map(|link| ResidentRef::from_key(&link.platform_id)).collect();
        self.placed(found, &linked).await
    }

    /// The work orders with these ids, each read afresh: they are asked for before a write or after one.
    pub(super) async fn jobs_with(&self, ids: &[JobId]) -> Result<Vec<Job>> {
        let read = async |id: &JobId| self.fresh_job(*id).await;
        let read = stream::iter(ids).map(read).buffered(AT_ONCE);
        Ok(read.try_collect::<Vec<_>>().await?.into_iter().flatten().collect())
    }

    /// Those of `ids` that are kept, were understood and were not just written, and the others.
    async fn kept_or_not(&self, kind: Kind, ids: &[i64]) -> Result<(Vec<Mirrored>, Vec<i64>)> {
        let written = |id: &i64| self.state().written.contains(&(kind, *id));
        let (mut afresh, asked): (Vec<i64>, Vec<i64>) = ids.iter().copied().partition(written);
        let mut kept = self.store.by_id(&self.account, kind, &asked).await?;
        kept.retain(Mirrored::is_understood);
        afresh.extend(asked.into_iter().filter(|id| !kept.iter().any(|one| one.id == *id)));
        Ok((kept, afresh))
    }

    /// One property by one call, which is kept.
    pub(super) async fn fresh_property(&self, id: LatchelPropertyId) -> Result<Option<LatchelProperty>> {
        let read = self.source.property(id).await?;
        let record = read.as_ref().map(|one| Mirrored::property(one, self.clock())).transpose()?;
        self.read_afresh(Kind::Property, id.0, record).await?;
        Ok(read)
    }

    pub(super) async fn fresh_resident(&self, id: LatchelResidentId) -> Result<Option<SourceResident>> {
        let read = self.source.resident(id).await?;
        let record = read.as_ref().map(|one| Mirrored::resident(one, self.clock())).transpose()?;
        self.read_afresh(Kind::Resident, id.0, record).await?;
        Ok(read)
    }

    pub(super) async fn fresh_job(&self, id: JobId) -> Result<Option<Job>> {
        let Some(read) = self.source.job(id).await? else {
            self.read_afresh(Kind::WorkOrder, id.0, None).await?;
            return Ok(None);
        };
        let known = self.store.by_id(&self.account, Kind::WorkOrder, &[id.0]).await?;
        let before = known.first().and_then(|one| one.read::<Job>().ok());
        let read = self.with_change_of_state(&read, before).await?;
        let record = self.learned(&read, known.first())?;
        self.read_afresh(Kind::WorkOrder, id.0, Some(record)).await?;
        Ok(Some(read))
    }

    async fn read_afresh(&self, kind: Kind, id: i64, record: Option<Mirrored>) -> Result<()> {
        match record {
            Some(record) => {
                self.keep(vec![record]).await?;
                let mut state = self.state();
                state.written.remove(&(kind, id));
                state.single.insert(kind);
                Ok(())
            }
            // What was just written may not be shown yet.
            None if self.state().written.contains(&(kind, id)) => Ok(()),
            None => {
                if !self.store.by_id(&self.account, kind, &[id]).await?.is_empty() {
                    self.shows_single(kind, id).await?;
                }
                self.store.forget(&self.account, kind, id).await
            }
        }
    }

    /// Makes sure that the source shows single records at all, by another one that a list has shown. One that does not would
    /// have every record taken for gone.
    async fn shows_single(&self, kind: Kind, but: i64) -> Result<()> {
        let known = self.store.page(&self.account, kind, None, 1 + CONTROLS).await?;
        let others: Vec<_> = known.iter().map(|one| one.id).filter(|id| *id != but).collect();
        for id in &others {
            let is_shown = self.state().single.contains(&kind)
                || match kind {
                    Kind::Property => self.source.property(LatchelPropertyId(*id)).await?.is_some(),
                    Kind::Resident => self.source.resident(LatchelResidentId(*id)).await?.is_some(),
                    Kind::WorkOrder => self.source.job(JobId(*id)).await?.is_some(),
                };
            if is_shown {
                self.state().single.insert(kind);
                return Ok(());
            }
        }
        let message = "Latchel lists the record and does not show it by its id";
        let error = Error::new(ErrorKind::Unsupported, message).with("record", RecordKey::latchel(kind, but));
        if others.is_empty() { Ok(()) } else { Err(error) }
    }

    pub(super) async fn properties_referring(&self, refs: &[PropertyRef]) -> Result<Vec<LatchelProperty>> {
        let keys: Vec<_> = refs.iter().map(ToString::to_string).collect();
        let found = self.store.by_reference(&self.account, Kind::Property, &keys).await?;
        found.iter().map(Mirrored::read).collect()
    }

    pub(super) async fn residents_referring(&self, refs: &[ResidentRef]) -> Result<Vec<LatchelResident>> {
        let keys: Vec<_> = refs.iter().map(|one| one.resident.to_string()).collect();
        let found = self.store.by_reference(&self.account, Kind::Resident, &keys).await?;
        let found = found.iter().map(|one| Ok((one.read()?, false))).collect::<Result<Vec<_>>>()?;
        let mut placed = self.placed(found, refs).await?;
        // One person may be at several properties.
        placed.retain(|one| one.reference.as_ref().is_some_and(|own| refs.contains(own)));
        Ok(placed)
    }

    pub(super) async fn active_residents_at(
        &self,
        properties: &[LatchelPropertyId],
    ) -> Result<Vec<(LatchelPropertyId, LatchelResident)>> {
        let places: Vec<_> = properties.iter().map(|id| id.0).collect();
        let found = self.store.by_place(&self.account, Kind::Resident, &places).await?;
        let found = found.iter().map(|one| Ok((one.read()?, false))).collect::<Result<Vec<_>>>()?;
        let found: Vec<(SourceResident, bool)> =
            found.into_iter().filter(|(one, _): &(SourceResident, bool)| one.is_active).collect();
        let at: Vec<_> = found.iter().filter_map(|(one, _)| one.property).collect();
        Ok(at.into_iter().zip(self.placed(found, &[]).await?).collect())
    }

    /// Residents with the platform's identity of the property that they live at: by our link of that property, which may
    /// carry another reference (rule A2), else by the property's own reference. Where people have given a linked property the
    /// reference of another one, it is both, and `wanted` says as whom somebody there is known.
    async fn placed(
        &self,
        residents: Vec<(SourceResident, bool)>,
        wanted: &[ResidentRef],
    ) -> Result<Vec<LatchelResident>> {
        let mut ids: Vec<_> = residents.iter().filter_map(|(one, _)| one.property).collect();
        ids.sort();
        ids.dedup();
        let places = self.places(&ids).await?;
        Ok(residents
            .into_iter()
            .map(|(one, contact_known)| {
                let places = one.property.and_then(|id| places.get(&id)).map_or(&[][..], Vec::as_slice);
                let known_as = |place: &PropertyRef| {
                    Some(ResidentRef::new(one.reference.clone()?, place.property.clone()))
                };
                let is_wanted =
                    |place: &&PropertyRef| known_as(place).is_some_and(|own| wanted.contains(&own));
                let place = places.iter().find(is_wanted).or(places.first());
                LatchelResident {
                    id: one.id,
                    reference: place.and_then(known_as),
                    unit: place.and_then(|place| place.unit.clone()),
                    name: one.name,
                    email: one.email,
                    phone: one.phone,
                    contact_known,
                    move_in: one.move_in,
                    move_out: one.move_out,
                    is_active: one.is_active,
                }
            })
            .collect())
    }

    /// The platform's identities of properties: that of our link, and the reference.
    async fn places(
        &self,
        ids: &[LatchelPropertyId],
    ) -> Result<HashMap<LatchelPropertyId, Vec<PropertyRef>>> {
        let keys: Vec<_> = ids.iter().map(|id| RecordKey::latchel(Kind::Property, id)).collect();
        let memories =
            if keys.is_empty() { Vec::new() } else { self.ledger.recall(&self.account, &keys).await? };
        let mut places: HashMap<_, Vec<_>> = HashMap::new();
        let (mut linked, mut unlinked) = (Vec::new(), Vec::new());
        for (id, memory) in ids.iter().zip(memories) {
            match memory.link {
                Some(link) => {
                    places.insert(*id, vec![PropertyRef::from_key(&link.platform_id)]);
                    // One that was taken over may carry another program's reference.
                    linked.extend((link.origin != Origin::Adopted).then_some(id.0));
                }
                None => unlinked.push(*id),
            }
        }
        // Of those that are linked, what the mirror has is enough: no call is made for a reference that is rarely another.
        let kept = self.store.by_id(&self.account, Kind::Property, &linked).await?;
        let kept: Vec<LatchelProperty> = kept.iter().filter_map(|one| one.read().ok()).collect();
        for property in self.properties_with(&unlinked).await?.into_iter().chain(kept) {
            places.entry(property.id).or_default().extend(property.reference);
        }
        Ok(places)
    }
}
