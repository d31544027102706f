package notify_test

import (
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/notify"
	"concordat/notify/channeltest"
)

func TestWebhookIsAChannel(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	encode := notify.Encoder(b.Offices, b.Config.Catalogue, b.Day())
	channeltest.Run(t, func(t *testing.T) channeltest.Channel {
		org := b.Departments[0]
		d := b.receivers[org]
		return channeltest.Channel{
			Channel: b.config.Channels[0], Organisation: org, Endpoint: b.webhook(t, org),
			Encode: func(items []directive.Item) []byte {
				return encode(nil, "dept-demo", directive.Bulk, b.At(), items)
			},
			Holds: func(id enforcement.ID) int16 {
				e, _ := d.Ledger.Get([16]byte(id))
				return e.Version
			},
		}
	})
}

func TestInboxIsAChannel(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	channeltest.Run(t, func(t *testing.T) channeltest.Channel {
		return channeltest.Channel{
			Channel: b.inbox, Organisation: b.Departments[0],
			Encode: func([]directive.Item) []byte { return []byte("ids and versions") },
			Holds: func(id enforcement.ID) int16 {
				return int16(b.Count(`SELECT coalesce(min(version), 0) FROM inbox_item WHERE directive_id = $1 AND closed_at IS NULL`, id))
			},
		}
	})
}
