import type { NoticeTexts } from '../notice-texts.ts'

/** Mail about notices, in German. */
export const germanNotices: NoticeTexts = {
  greeting: (name) => `Guten Tag, ${name},`,
  open: 'Auf dieser Seite lässt es sich beheben:',
  footer: (server) => `Gesendet von Evergrant auf ${server}, weil Sie dort angemeldet sind.`,
  kinds: {
    account_needs_consent: ({ account, connection }) => ({
      subject: `Bitte ${account} neu verbinden`,
      text: `Der Anbieter möchte, dass Sie dem Zugriff auf ${account} (${connection}) noch einmal zustimmen. Bis dahin erhalten Programme keinen Zugriff darauf. Es dauert eine Minute, und sonst ändert sich nichts.`,
    }),
    connection_broken: ({ connection, affected, total }) => ({
      subject: `Die Verbindung ${connection} funktioniert nicht`,
      text: `Der Anbieter lehnt die Einstellungen der Verbindung ${connection} ab: Meist ist der Clientschlüssel abgelaufen oder geändert worden. Bis das behoben ist, lässt sich kein Konto erneuern. Bereits fällig: ${affected} von ${total}.`,
    }),
    accounts_blocked: ({ connection, affected, total }) => ({
      subject: `Für ${connection} fehlt eine Freigabe`,
      text: `Die Organisation beim Anbieter verlangt für die Verbindung ${connection} die Freigabe durch ihre Verwaltung. Betroffene Konten: ${affected} von ${total}.`,
    }),
    accounts_ended: ({ connection, affected, total }) => ({
      subject: `Die meisten Konten von ${connection} müssen neu verbunden werden`,
      text: `Der Anbieter hat bei der Verbindung ${connection} die Zustimmung beendet; betroffene Konten: ${affected} von ${total}. Vielleicht wurde das Programm dort gesperrt oder entfernt. Sehen Sie zuerst dort nach, bevor die Besitzer ihre Konten neu verbinden.`,
    }),
    secret_expiring: ({ connection, until }) => ({
      subject: `Der Clientschlüssel von ${connection} läuft am ${until} ab`,
      text: `Erstellen Sie beim Anbieter einen neuen Clientschlüssel, und tragen Sie ihn vor dem ${until} ein. Danach lässt sich kein Konto der Verbindung ${connection} mehr erneuern.`,
    }),
    webhook_off: ({ webhook }) => ({
      subject: 'Ein Webhook wurde abgeschaltet',
      text: `An ${webhook} wird nichts mehr gesendet: Die Adresse hat tagelang keine Nachrichten angenommen oder gemeldet, dass es sie nicht mehr gibt. Schalten Sie den Webhook wieder ein, sobald die Adresse erreichbar ist.`,
    }),
  },
}
