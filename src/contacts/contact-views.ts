import { Injectable } from '@nestjs/common';
import type { Principal } from '../platform/http/principal.js';
import type { ContactRow } from '../users/contacts/contact.entity.js';
import type { UserView } from '../users/users.dto.js';
import { UsersService } from '../users/users.service.js';
import type { ContactEventType, ContactNews } from './contact-news.js';
import { type ContactPresence, ContactPresences } from './contact-presence.js';
import type { RequestRow } from './contact-requests.store.js';
import type { ContactRequestView, ContactView, Direction } from './contacts.dto.js';

export type Viewer = Pick<Principal, 'userId' | 'role'>;

/** A user as somebody else may see them now. */
export interface Face {
  readonly user: UserView;
  readonly presence: ContactPresence;
}

/** Shows contacts and requests, each as its viewer sees it. */
@Injectable()
export class ContactViews {
  constructor(
    private readonly users: UsersService,
    private readonly presences: ContactPresences,
  ) {}

  /** Some of the viewer's own contacts, in their order. */
  async contacts(viewer: Viewer, contacts: readonly ContactRow[]): Promise<ContactView[]> {
    const faces = await this.faces(
      viewer,
      contacts.map(({ contactId }) => contactId),
    );
    return contacts.flatMap((contact) => {
      const face = faces.get(contact.contactId);
      return face ? [toContactView(contact, face)] : [];
    });
  }

  /** Requests to the viewer, or of the viewer, in their order. */
  async requests(
    viewer: Viewer,
    direction: Direction,
    requests: readonly RequestRow[],
  ): Promise<ContactRequestView[]> {
    const users = await this.users.findMany(requests.map(({ userId }) => userId));
    return requests.flatMap(({ userId, createdAt }) => {
      const user = users.get(userId);
      return user ? [toRequestView(direction, createdAt, this.users.toView(user, viewer))] : [];
    });
  }

  /** Some users, by id; unknown ones are absent. */
  async faces(viewer: Viewer, ids: readonly string[]): Promise<Map<string, Face>> {
    const [users, presences] = await Promise.all([
      this.users.findMany(ids),
      this.presences.of(viewer.userId, ids),
    ]);
    return new Map(
      ids.flatMap((id, i): [string, Face][] => {
        const [user, presence] = [users.get(id), presences[i]];
        return user && presence ? [[id, { user: this.users.toView(user, viewer), presence }]] : [];
      }),
    );
  }
}

/** What the recipient of some news is shown. */
export const newsData = (news: ContactNews, about: ContactRow, face: Face): object =>
  dataOf[news.type](news, about, face);

const dataOf: Record<ContactEventType, (news: ContactNews, about: ContactRow, face: Face) => object> = {
  'contact.added': (_, about, face) => ({ contact: toContactView(about, face) }),
  'contact.updated': (_, about, face) => ({ contact: toContactView(about, face) }),
  'contact.removed': ({ subjectId }, { changedAt }) => ({
    userId: subjectId,
    changedAt: changedAt.toISOString(),
  }),
  'contact_request.added': ({ recipientId }, { userId, since }, face) =>
    requestData(recipientId === userId ? 'outgoing' : 'incoming', since, face),
  'contact_request.removed': ({ subjectId }) => ({ userId: subjectId }),
};

export const requestData = (direction: Direction, createdAt: Date, { user }: Face): object => ({
  contactRequest: toRequestView(direction, createdAt, user),
});

const toContactView = (
  { note, favourite, remind, since, changedAt }: ContactRow,
  { user, presence }: Face,
): ContactView => ({
  user,
  presence,
  note,
  favourite,
  remind,
  addedAt: since.toISOString(),
  changedAt: changedAt.toISOString(),
});

const toRequestView = (direction: Direction, createdAt: Date, user: UserView): ContactRequestView => ({
  user,
  direction,
  createdAt: createdAt.toISOString(),
});
