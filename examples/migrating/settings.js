// As it was on the page for Intercom.
window.intercomSettings = {
  app_id: 'abcd1234',
  email: 'margit@kettle.example',
  name: 'Margit',
  created_at: 1577836800,
  action_color: '#a8502f',
  alignment: 'left',
  teapots_bought: 3,
};
