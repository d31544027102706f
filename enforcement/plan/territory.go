package plan

import (
	"strings"

	"concordat/enforcement"
	"concordat/enforcement/party"
	"concordat/memoranda"
)

// Whereabouts says where the organisation that stands for a body is looked for:
// the region, and the shortest prefix of its code that a parent region may have.
// Looking further up is allowed where the body says so ([memoranda.Body.Climbs]);
// what one body does for the whole country is looked for from the owner's region
// up to the nation, whatever the body says.
func (t *Text) Whereabouts(territory memoranda.Territory, body string, key Key) (region string, climbs int) {
	if territory == memoranda.TerritoryNation {
		return key.Territory, 0
	}
	region = key.Territory
	if territory == memoranda.TerritoryRegistration || territory == memoranda.TerritoryResidence {
		region = key.Region
	}
	climbs = len(region)
	if b := t.Catalogue.BodyNamed(body); b != nil {
		climbs = min(climbs, levelLength(b.Climbs))
	}
	return region, climbs
}

// levelLength is how many digits of a GB/T 2260 code name a region of a level.
func levelLength(l memoranda.Level) int {
	switch l {
	case memoranda.Nation:
		return 0
	case memoranda.Province:
		return 2
	case memoranda.City:
		return 4
	default:
		return 6
	}
}

// nearest returns those that serve the region itself, or else those of the nearest
// parent region with a code of at least climbs digits. An unknown region has
// nobody.
func nearest(organisations []party.Organisation, region string, climbs int, fits func(*party.Organisation) bool) []enforcement.OrganisationID {
	var found []enforcement.OrganisationID
	serves := -1
	for i := range organisations {
		o := &organisations[i]
		length := len(o.Serves)
		if region == "" || length < climbs || length < serves || !strings.HasPrefix(region, o.Serves) || !fits(o) {
			continue
		}
		if length > serves {
			found, serves = found[:0], length
		}
		found = append(found, o.ID)
	}
	return found
}
